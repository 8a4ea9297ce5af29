//! The events of a key set's cache as metrics of the crate `metrics`, whatever exports them.
//!
//! ```text
//! cargo run --example metrics_observer
//! ```
//!
//! Every label is one of a few: the name that the operator gave the issuer, and the label of a
//! result. Nothing of a token becomes one.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use countersign_fetch::http::{Request, Response};
use countersign_fetch::{Fault, Fetch, JwksCache, Observer, Refreshed, Settings, SystemClock};
use metrics::{
    Counter, CounterFn, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};

/// The observer: this is all that a service needs.
#[derive(Debug)]
struct Metrics;

impl Observer for Metrics {
    fn refreshed(&self, name: &str, result: &Result<Refreshed, Fault>) {
        let result = result.as_ref().map_or_else(Fault::label, |refreshed| refreshed.label());
        metrics::counter!("jwks_refresh_total", "issuer" => name.to_owned(), "result" => result)
            .increment(1);
    }

    fn unknown_kid(&self, name: &str) {
        metrics::counter!("unknown_kid_total", "issuer" => name.to_owned()).increment(1);
    }

    fn unavailable(&self, name: &str) {
        metrics::counter!("jwks_unavailable_total", "issuer" => name.to_owned()).increment(1);
    }
}

/// A gauge, where the exporter asks: how old the set is.
fn export_age(cache: &JwksCache) {
    if let Some(age) = cache.health().age.and_then(|age| u32::try_from(age).ok()) {
        metrics::gauge!("jwks_age_seconds", "issuer" => cache.name().to_owned())
            .set(f64::from(age));
    }
}

/// In place of the network: a key set.
struct Canned;

/// The key set of the example: one public key.
const KEYS: &str = r#"{"keys":[{"kty":"RSA","use":"sig","kid":"s1","e":"AQAB","n":"kWp2zRA23Z3vTL4uoe8kTFptxBVFunIoP4t_8TDYJrOb7D1iZNDXVeEsYKp6ppmrTZDAgd-cNOTKLd4M39WJc5FN0maTAVKJc7NxklDeKc4dMe1BGvTZNG4MpWBo-taKULlYUu0ltYJuLzOjIrTHfarucrGoRWqM0sl3z2-fv9k"}]}"#;

impl Fetch for Canned {
    fn send(&self, _: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Fault> {
        let keys = KEYS.as_bytes();
        let answer = Response::builder().header("Content-Type", "application/json");
        answer.body(keys.to_vec()).map_err(|_| Fault::Protocol)
    }
}

/// In place of an exporter: prints every counter as it goes up.
#[derive(Clone, Debug, Default)]
struct Printer(Arc<Mutex<Vec<String>>>);

struct Line(String, Printer);

impl CounterFn for Line {
    fn increment(&self, value: u64) {
        println!("{} +{value}", self.0);
        if let Ok(mut lines) = self.1.0.lock() {
            lines.push(self.0.clone());
        }
    }

    fn absolute(&self, _: u64) {}
}

impl Recorder for Printer {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(Arc::new(Line(key.to_string(), self.clone())))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        println!("{key} is a gauge");
        Gauge::noop()
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let printer = Printer::default();
    metrics::set_global_recorder(printer.clone())?;
    let settings = Settings::new("example", "https://idp.example/jwks.json")?;
    let cache = JwksCache::start_with(settings, Canned, SystemClock::new(), Metrics)?;
    assert!(cache.wait(Duration::from_secs(10)).is_some(), "the set is there");
    export_age(&cache);
    cache.stop();
    let lines = printer.0.lock().map_err(|_| "poisoned")?;
    assert_eq!(lines.len(), 1);
    assert!(lines.iter().all(|line| line.contains("replaced")), "{lines:?}");
    Ok(())
}
