//! Measures of this process in Prometheus' text format.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::Method;

/// Upper bounds of the latency buckets, in seconds.
const BOUNDS_S: [f64; 11] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// What was measured since the process started. Routes are templates, so there are only so many.
#[derive(Default)]
pub(crate) struct Measures(Mutex<Tables>);

#[derive(Default)]
struct Tables {
    requests: BTreeMap<(String, String, u16), u64>,
    latency: BTreeMap<String, Histogram>,
    gateway_calls: BTreeMap<(String, u16), u64>,
    spans: BTreeMap<&'static str, u64>,
}

#[derive(Default)]
struct Histogram {
    buckets: [u64; BOUNDS_S.len()],
    count: u64,
    sum_s: f64,
}

impl Measures {
    /// Counts an answer; `took` ends where its body begins.
    pub(crate) fn request(&self, method: &Method, route: &str, status: u16, took: Duration) {
        let mut tables = self.lock();
        // Methods are an open set: an unknown one must not make a new line each.
        let known =
            [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
        let method = if known.contains(method) { method.as_str() } else { "other" };
        *tables.requests.entry((method.to_owned(), route.to_owned(), status)).or_default() += 1;
        let histogram = tables.latency.entry(route.to_owned()).or_default();
        let took_s = took.as_secs_f64();
        histogram.count += 1;
        histogram.sum_s += took_s;
        for (bucket, bound) in histogram.buckets.iter_mut().zip(BOUNDS_S) {
            *bucket += u64::from(took_s <= bound);
        }
    }

    /// Counts a call of a provider. Providers are configured, so there are only so many.
    pub(crate) fn gateway_call(&self, provider: &str, status: u16) {
        *self.lock().gateway_calls.entry((provider.to_owned(), status)).or_default() += 1;
    }

    /// Counts spans that came over OTLP, by what became of them.
    pub(crate) fn spans(&self, outcome: &'static str, n: u64) {
        *self.lock().spans.entry(outcome).or_default() += n;
    }

    /// The text.
    pub(crate) fn text(&self) -> String {
        let tables = self.lock();
        let mut out = Text::default();
        out.head("vouch_http_requests_total", "counter", "Answers by method, route and status.");
        for ((method, route, status), n) in &tables.requests {
            let labels =
                [("method", method.as_str()), ("route", route), ("status", &status.to_string())];
            out.line("vouch_http_requests_total", &labels, n);
        }
        let name = "vouch_http_request_duration_seconds";
        out.head(name, "histogram", "From a request's head to its answer's head.");
        for (route, histogram) in &tables.latency {
            let bucket = format!("{name}_bucket");
            for (bound, n) in BOUNDS_S.iter().zip(histogram.buckets) {
                out.line(&bucket, &[("route", route), ("le", &bound.to_string())], n);
            }
            out.line(&bucket, &[("route", route), ("le", "+Inf")], histogram.count);
            out.line(&format!("{name}_sum"), &[("route", route)], histogram.sum_s);
            out.line(&format!("{name}_count"), &[("route", route)], histogram.count);
        }
        out.head("vouch_gateway_calls_total", "counter", "Calls of providers by their status.");
        for ((provider, status), n) in &tables.gateway_calls {
            let labels = [("provider", provider.as_str()), ("status", &status.to_string())];
            out.line("vouch_gateway_calls_total", &labels, n);
        }
        let name = "vouch_otlp_spans_total";
        out.head(
            name,
            "counter",
            "Spans over OTLP: logged, passed_over (no model call), rejected.",
        );
        for (outcome, n) in &tables.spans {
            out.line(name, &[("outcome", *outcome)], n);
        }
        out.0
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Text in Prometheus' exposition format 0.0.4.
#[derive(Default)]
pub(crate) struct Text(pub(crate) String);

impl Text {
    /// The lines in front of a metric.
    pub(crate) fn head(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a `String` cannot fail.
        write!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}\n").ok();
    }

    /// One value.
    pub(crate) fn line(
        &mut self,
        name: &str,
        labels: &[(&str, &str)],
        value: impl std::fmt::Display,
    ) {
        let escape =
            |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        let labels: Vec<_> =
            labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escape(value))).collect();
        // Writing to a `String` cannot fail.
        writeln!(self.0, "{name}{{{}}} {value}", labels.join(",")).ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_cumulative_and_labels_escaped() {
        let measures = Measures::default();
        measures.request(&Method::GET, "/a\"b", 200, Duration::from_millis(20));
        let text = measures.text();
        assert!(
            text.contains(
                r#"vouch_http_requests_total{method="GET",route="/a\"b",status="200"} 1"#
            )
        );
        assert!(text.contains(r#"le="0.01"} 0"#) && text.contains(r#"le="0.025"} 1"#));
    }
}
