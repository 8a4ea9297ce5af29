//! A client and a server on the loopback interface, and the documents whose shapes they speak.

mod client;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;

use axum::Router;

pub(crate) use client::Client;

/// Serves until the process ends, and returns where.
pub(crate) fn serve(router: Router) -> SocketAddr {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            sender.send(listener.local_addr().unwrap()).unwrap();
            axum::serve(listener, router).await.unwrap();
        });
    });
    receiver.recv().unwrap()
}

/// Returns the folder of the platforms' documents, which only a developer's machine may lack.
pub(crate) fn documents() -> Option<PathBuf> {
    let beside = std::env::var_os("COUNTERSIGN_VECTORS")
        .and_then(|vectors| Some(Path::new(&vectors).parent()?.join("seeds")));
    let usual = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/seeds");
    let found = beside.into_iter().chain([usual]).find(|folder| folder.is_dir());
    if found.is_none() {
        let is_ci = std::env::var_os("CI").is_some_and(|ci| ci == "true");
        assert!(!is_ci, "CI needs the documents");
        eprintln!("skipped: the documents are not there");
    }
    found
}
