//! What published instrumentations sent, as logs; and what nobody should send.
//!
//! The fixtures were recorded from the Python exporter 1.45.2 (1.36.0 for the numbered shape) with
//! opentelemetry-instrumentation-openai-v2 2.3b0 and 2.4b0 (the one with content),
//! opentelemetry-instrumentation-openai 0.62.4 and 0.47.0, and openinference-instrumentation-openai
//! 0.1.66, with times moved and stack traces cut.

mod hostile;
mod shapes;

use serde_json::{Value, json};
use vouch_domain::Time;
use vouch_domain::actor::Actor;
use vouch_domain::id::ProjectId;

use crate::{Export, Format, Intake, Unreadable, read};

fn try_export(bytes: &[u8], format: Format) -> Result<Export, Unreadable> {
    let project = ProjectId::new(Time::from_micros(0), [0; 10]);
    let latest = "2026-12-31T00:00:00Z".parse().unwrap();
    read(bytes, format, &Intake { project, by: &Actor::System, latest })
}

fn export(bytes: &[u8], format: Format) -> Export {
    try_export(bytes, format).unwrap()
}

/// The logs as the API shows them, less what is absent.
fn logs(export: &Export) -> Value {
    let log = |log| {
        let mut log = serde_json::to_value(log).unwrap();
        let fields = log.as_object_mut().unwrap();
        let empty = [json!(null), json!([]), json!({})];
        fields.retain(|_, value| !empty.contains(value));
        log
    };
    Value::Array(export.logs.iter().map(|(_, l)| log(l)).collect())
}

macro_rules! recorded {
    ($($name:ident)*) => {$(
        #[test]
        fn $name() {
            let name = stringify!($name);
            let binary = include_bytes!(concat!("fixtures/", stringify!($name), ".pb"));
            let text = include_bytes!(concat!("fixtures/", stringify!($name), ".json"));
            let export = super::tests::export(binary, Format::Protobuf);
            assert_eq!((export.passed_over, export.rejected), (1, 0));
            insta::assert_json_snapshot!(name, logs(&export));
            let same = super::tests::export(text, Format::Json);
            assert_eq!(logs(&same), logs(&export), "protobuf and JSON give the same logs");
        }
    )*};
}
recorded!(openai_v2 openai_v2_content traceloop traceloop_numbered openinference);
