//! The request to the provider: the rendered prompt, the variant's defaults, the call's own words.

use bytes::Bytes;
use minijinja::{Environment, UndefinedBehavior};
use serde::Serializer as _;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};
use vouch_domain::deployment::Variant;
use vouch_domain::message::Message;
use vouch_domain::{Invalid, Pointer};

use crate::call::{ChatCall, RawFields};
use crate::embeddings;
use crate::provider::Endpoint;
use crate::strip::Strip;

/// The work a template may do before it is stopped, in instructions.
const TEMPLATE_FUEL: u64 = 200_000;

/// What goes to the provider.
pub(crate) struct Prepared {
    /// As the log keeps them.
    pub(crate) messages: Vec<Message>,
    /// The same as they go out: the caller's own to the letter. `None` where it is no chat.
    pub(crate) sent: Option<Vec<Box<RawValue>>>,
    pub(crate) fields: RawFields,
    pub(crate) strip: Strip,
}

/// Renders the template and lays the call over the variant's defaults.
///
/// # Errors
/// Names the template's place and the input that is missing.
pub(crate) fn prepare(
    call: &ChatCall,
    variant: Option<&Variant>,
    capture_logprobs: bool,
) -> Result<Prepared, Invalid> {
    if call.endpoint == Endpoint::Embeddings {
        return Ok(embeddings::prepare(call, variant));
    }
    let mut messages = vec![];
    let mut fields = call.fields.clone();
    if let Some(variant) = variant {
        messages = render(&variant.prompt, &call.inputs)?;
        let has = |fields: &RawFields, name: &str| fields.iter().any(|(n, _)| n == name);
        for (name, value) in &variant.parameters {
            if !has(&fields, name) && !has(&fields, other_name(name)) {
                fields.extend(raw_field(name, value));
            }
        }
        if !variant.tools.is_empty() && !has(&fields, "tools") {
            fields.extend(raw_field("tools", &variant.tools));
        }
    }
    let instructs = |message: &Message| matches!(message.role.as_str(), "system" | "developer");
    let instructions = messages.iter().take_while(|message| instructs(message)).count();
    messages.splice(instructions..instructions, call.prefix_messages.iter().cloned());
    let mut sent: Vec<_> = messages.iter().filter_map(|m| to_raw_value(m).ok()).collect();
    sent.extend(call.raw_messages.iter().cloned());
    messages.extend(call.messages.iter().cloned());
    let mut strip = Strip::default();
    let asked = fields.iter().any(|(n, v)| n == "logprobs" && v.get() == "true");
    if capture_logprobs && !asked {
        set(&mut fields, "logprobs", &true);
        strip.logprobs = !call.logprobs;
    }
    if call.stream && !call.include_usage {
        let mut options = get(&fields, "stream_options").unwrap_or_default();
        options.insert("include_usage".into(), Value::Bool(true));
        set(&mut fields, "stream_options", &options);
        strip.usage = true;
    } else if call.stream && get(&fields, "stream_options").is_none() {
        set(&mut fields, "stream_options", &serde_json::json!({"include_usage": true}));
    }
    Ok(Prepared { messages, sent: Some(sent), fields, strip })
}

impl Prepared {
    /// The body of the request.
    pub(crate) fn body(&self, model: &str, stream: bool) -> Bytes {
        let own = [
            raw_field("model", &model),
            self.sent.as_ref().and_then(|sent| raw_field("messages", sent)),
            stream.then(|| raw_field("stream", &true)).flatten(),
        ];
        let own = own.iter().flatten().map(|(n, v)| (n, v));
        let all = own.chain(self.fields.iter().map(|(n, v)| (n, v)));
        let mut out = Vec::new();
        // Writing texts that are JSON already into memory cannot fail.
        if serde_json::Serializer::new(&mut out).collect_map(all).is_err() {
            out.clear();
        }
        Bytes::from(out)
    }

    /// The fields as the log keeps them.
    pub(crate) fn parameters(&self) -> Map<String, Value> {
        let read = |(name, raw): &(String, Box<RawValue>)| {
            Some((name.clone(), serde_json::from_str(raw.get()).ok()?))
        };
        let ours = |name: &str| {
            (name == "logprobs" && self.strip.logprobs)
                || (name == "stream_options" && self.strip.usage)
        };
        // The input of embeddings is kept as messages.
        let said = |name: &str| name == "input" && self.sent.is_none();
        let kept = self.fields.iter().filter(|(name, _)| !ours(name) && !said(name));
        kept.filter_map(read).collect()
    }
}

/// OpenAI renamed a parameter; who sets the one means the other as well.
fn other_name(parameter: &str) -> &str {
    match parameter {
        "max_tokens" => "max_completion_tokens",
        "max_completion_tokens" => "max_tokens",
        other => other,
    }
}

pub(crate) fn raw_field(
    name: &str,
    value: &impl serde::Serialize,
) -> Option<(String, Box<RawValue>)> {
    Some((name.to_owned(), to_raw_value(value).ok()?))
}

/// The fields of a map, each as its own text.
pub(crate) fn raw_fields(map: &Map<String, Value>) -> RawFields {
    map.iter().filter_map(|(name, value)| raw_field(name, value)).collect()
}

fn set(fields: &mut RawFields, name: &str, value: &impl serde::Serialize) {
    fields.retain(|(known, _)| known != name);
    fields.extend(raw_field(name, value));
}

fn get(fields: &RawFields, name: &str) -> Option<Map<String, Value>> {
    let (_, raw) = fields.iter().find(|(known, _)| known == name)?;
    serde_json::from_str(raw.get()).ok()
}

fn render(template: &[Message], inputs: &Map<String, Value>) -> Result<Vec<Message>, Invalid> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.set_fuel(Some(TEMPLATE_FUEL));
    let one = |(i, message): (usize, &Message)| {
        let mut message = message.clone();
        render_texts(&environment, inputs, &mut message.content).map_err(|error| {
            let pointer = Pointer::from("/inputs");
            let expected = format!(
                "what the prompt's message {i} needs ({error}); it has {}",
                if inputs.is_empty() { "no inputs".to_owned() } else { names(inputs) }
            );
            Invalid { pointer, expected, got: "a template that cannot be rendered".into() }
        })?;
        Ok(message)
    };
    template.iter().enumerate().map(one).collect()
}

fn names(inputs: &Map<String, Value>) -> String {
    inputs.keys().map(String::as_str).collect::<Vec<_>>().join(", ")
}

fn render_texts(
    environment: &Environment<'_>,
    inputs: &Map<String, Value>,
    content: &mut Option<Value>,
) -> Result<(), minijinja::Error> {
    match content {
        Some(Value::String(text)) => {
            *text = environment.render_str(text, minijinja::value::Serde(inputs))?;
        }
        Some(Value::Array(parts)) => {
            for part in parts {
                if let Some(Value::String(text)) = part.get_mut("text") {
                    *text = environment.render_str(text, minijinja::value::Serde(inputs))?;
                }
            }
        }
        _ => {}
    }
    Ok(())
}

/// Checks that a template can be parsed.
///
/// # Errors
/// At `/content`, with the template engine's reason.
pub fn check_template(message: &Message) -> Result<(), Invalid> {
    let environment = Environment::new();
    let texts: Vec<&str> = match &message.content {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(parts)) => parts.iter().filter_map(|p| p.get("text")?.as_str()).collect(),
        _ => vec![],
    };
    for text in texts {
        environment
            .template_from_str(text)
            .map_err(|e| Invalid::new("/content", format!("a minijinja template ({e})"), text))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::headers::CallHeaders;
    use serde_json::json;

    fn call(body: &Value) -> ChatCall {
        ChatCall::parse(body.to_string().as_bytes(), CallHeaders::default()).unwrap()
    }

    fn variant() -> Variant {
        serde_json::from_value(json!({
            "name": "default", "provider": "p", "model": "m",
            "prompt": [{"role": "system", "content": "You are {{ name }}."}],
            "parameters": {"temperature": 0.5, "max_tokens": 9},
            "tools": [{"type": "function"}],
        }))
        .unwrap()
    }

    fn sent(call: &ChatCall, capture: bool) -> (Value, Strip) {
        let prepared = prepare(call, Some(&variant()), capture).unwrap();
        (serde_json::from_slice(&prepared.body("m", call.stream)).unwrap(), prepared.strip)
    }

    #[test]
    fn the_calls_own_words_win_over_the_variants_defaults() {
        let call = call(&json!({"model": "d", "messages": [{"role": "user", "content": "x"}],
            "temperature": 1.0, "inputs": {"name": "Ann <3"}}));
        let (body, strip) = sent(&call, false);
        assert_eq!(body["messages"][0]["content"], "You are Ann <3.");
        assert_eq!(body["messages"][1]["content"], "x");
        assert_eq!((&body["temperature"], &body["max_tokens"]), (&json!(1.0), &json!(9)));
        assert_eq!(body["tools"][0]["type"], "function");
        assert!(body.get("inputs").is_none() && body.get("stream").is_none());
        assert!(strip.is_nothing());
    }

    #[test]
    fn what_we_ask_on_our_own_account_is_marked_to_be_taken_out() {
        let base = json!({"model": "d", "messages": [{"role": "user"}], "stream": true, "inputs": {"name": "A"}});
        let (body, strip) = sent(&call(&base), true);
        assert_eq!(
            (&body["logprobs"], &body["stream_options"]["include_usage"]),
            (&json!(true), &json!(true))
        );
        assert_eq!(strip, Strip { logprobs: true, usage: true });
        let mut asked = base;
        asked["logprobs"] = json!(true);
        asked["stream_options"] = json!({"include_usage": true});
        assert!(sent(&call(&asked), true).1.is_nothing());
    }

    #[test]
    fn prefix_messages_follow_the_instructions() {
        let mut variant = variant();
        variant.prompt.push(Message::text_of("user", "example"));
        let mut call = call(&json!({"model": "d", "messages": [{"role": "user", "content": "x"}],
            "inputs": {"name": "Ann"}}));
        call.prefix_messages.push(Message::text_of("user", "before"));
        let prepared = prepare(&call, Some(&variant), false).unwrap();
        let texts: Vec<String> = prepared.messages.iter().map(Message::text).collect();
        assert_eq!(texts, ["You are Ann.", "before", "example", "x"]);
    }

    #[test]
    fn a_callers_limit_stands_for_both_of_its_names() {
        let call = call(&json!({"model": "d", "messages": [{"role": "user"}],
            "max_completion_tokens": 3, "inputs": {"name": "Ann"}}));
        let (body, _) = sent(&call, false);
        assert_eq!((&body["max_completion_tokens"], body.get("max_tokens")), (&json!(3), None));
    }

    #[test]
    fn the_callers_messages_go_out_to_the_letter() {
        let message = r#"{"role":"user","content":null,"n":123456789012345678901,"f":1.50}"#;
        let body = format!(r#"{{"model":"d","inputs":{{"name":"A"}},"messages":[{message}]}}"#);
        let call = ChatCall::parse(body.as_bytes(), CallHeaders::default()).unwrap();
        let prepared = prepare(&call, Some(&variant()), false).unwrap();
        let body = String::from_utf8(prepared.body("m", false).to_vec()).unwrap();
        assert!(body.contains(&format!(",{message}]")), "{body}");
    }

    #[test]
    fn an_absent_input_may_be_asked_for() {
        let asks = Message::text_of("system", "{% if tone %}Be {{ tone }}.{% endif %}");
        assert_eq!(render(&[asks], &Map::new()).unwrap()[0].text(), "");
    }

    #[test]
    fn a_missing_input_is_named() {
        let call =
            call(&json!({"model": "d", "messages": [{"role": "user"}], "inputs": {"nam": 1}}));
        let e = prepare(&call, Some(&variant()), false).err().unwrap().to_string();
        assert!(e.starts_with("/inputs: ") && e.contains("nam"), "{e}");
    }

    #[test]
    fn endless_templates_are_stopped() {
        let loops = Message::text_of(
            "system",
            "{% for i in range(9999) %}{% for j in range(9999) %}x{% endfor %}{% endfor %}",
        );
        assert!(render(&[loops], &Map::new()).is_err());
    }
}
