//! A client in the fewest lines: one request per connection, over the standard library.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::OnceLock;
use std::time::Duration;

use countersign::Limits;
use countersign_api::{ApiError, BaseUrl, Call, Credentials, Request, Response, Transport};

const PATIENCE: Duration = Duration::from_secs(20);
const LARGEST: u64 = 1 << 20;

#[derive(Clone, Copy)]
pub(crate) struct Client(SocketAddr);

impl Client {
    /// A client of the one server of all tests.
    pub(crate) fn of_shared_server() -> Self {
        static SERVER: OnceLock<SocketAddr> = OnceLock::new();
        Self(*SERVER.get_or_init(crate::server::start))
    }

    pub(crate) fn send<C: Call>(
        self,
        call: &C,
        credentials: &Credentials,
    ) -> Result<C::Answer, ApiError<C::Refusal>> {
        let base =
            BaseUrl::parse(&format!("http://{}", self.0), Transport::AllowPlainHttp).unwrap();
        let request = call.request(&base, credentials).unwrap();
        call.answer(&self.exchange(&request), &Limits::default())
    }

    fn exchange(self, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
        let mut stream = TcpStream::connect_timeout(&self.0, PATIENCE).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let target = request.uri().path_and_query().unwrap();
        let mut head = format!(
            "{} {target} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {}\r\n",
            request.method(),
            self.0,
            request.body().len()
        );
        for (name, value) in request.headers() {
            head.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
        }
        head.push_str("\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(request.body()).unwrap();
        let mut bytes = Vec::new();
        stream.take(LARGEST).read_to_end(&mut bytes).unwrap();
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
        let (head, body) = (std::str::from_utf8(&bytes[..end]).unwrap(), &bytes[end + 4..]);
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap();
        let mut response = Response::builder().status(status);
        for line in lines {
            let (name, value) = line.split_once(": ").unwrap();
            response = response.header(name, value);
        }
        response.body(body.to_vec()).unwrap()
    }
}
