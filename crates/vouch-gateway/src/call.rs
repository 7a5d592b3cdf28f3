//! A chat call as it came, parsed once.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde_json::value::RawValue;
use serde_json::{Map, Value};
use vouch_domain::actor::Actor;
use vouch_domain::deployment::CallContext;
use vouch_domain::id::ProjectId;
use vouch_domain::invalid::{check_text, check_texts};
use vouch_domain::log::Context;
use vouch_domain::message::Message;
use vouch_domain::{Invalid, Pointer};

use crate::headers::{CallHeaders, MAX_ID_CHARS};
use crate::provider::Endpoint;

/// On whose account a call is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The tenant.
    pub project: ProjectId,
    /// Who.
    pub actor: Actor,
}

/// The fields of a body in the order they came, each as its own text: what we do not know
/// passes through untouched, down to the form of a number.
pub(crate) type RawFields = Vec<(String, Box<RawValue>)>;

/// A chat call, parsed; or one for embeddings, which goes the same way.
#[derive(Debug, Clone)]
pub struct ChatCall {
    /// What is asked of the provider.
    pub(crate) endpoint: Endpoint,
    /// A deployment's key, or `provider/model`.
    pub(crate) model: String,
    /// The caller's messages.
    pub(crate) messages: Vec<Message>,
    /// The same, each as its own text.
    pub(crate) raw_messages: Vec<Box<RawValue>>,
    /// Everything else that goes to the provider.
    pub(crate) fields: RawFields,
    /// Whether the answer is streamed.
    pub(crate) stream: bool,
    /// Whether the caller asked for usage at the end of a stream.
    pub(crate) include_usage: bool,
    /// Whether the caller asked for log-probabilities.
    pub(crate) logprobs: bool,
    /// Variables of the prompt template.
    pub(crate) inputs: Map<String, Value>,
    /// What chooses the variant.
    pub(crate) call_context: CallContext,
    /// The application's ids.
    pub(crate) ids: Context,
    /// The log's metadata.
    pub(crate) metadata: Map<String, Value>,
    /// Messages that go after the template's instructions, before its conversation (Orq).
    pub(crate) prefix_messages: Vec<Message>,
}

/// An object, or a null, which is as good as nothing.
pub(crate) type MapOrNull = Option<Map<String, Value>>;

/// Keeps the order and the text of each field, which a map of values would not.
pub(crate) struct Fields(pub(crate) RawFields);

impl<'de> serde::Deserialize<'de> for Fields {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit;
        impl<'de> serde::de::Visitor<'de> for Visit {
            type Value = Fields;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a JSON object")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<Fields, A::Error> {
                let mut fields = RawFields::new();
                let mut places: HashMap<String, usize> = HashMap::new();
                while let Some((name, value)) = map.next_entry::<String, Box<RawValue>>()? {
                    match places.entry(name) {
                        Entry::Occupied(place) => fields[*place.get()].1 = value,
                        Entry::Vacant(place) => {
                            fields.push((place.key().clone(), value));
                            place.insert(fields.len() - 1);
                        }
                    }
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(Visit)
    }
}

impl ChatCall {
    /// Reads the body of `POST /v1/chat/completions`.
    ///
    /// # Errors
    /// Names the field that is missing or of the wrong type. What we do not know is not checked.
    pub fn parse(body: &[u8], headers: CallHeaders) -> Result<Self, Invalid> {
        let Fields(mut fields) = serde_json::from_slice(body)
            .map_err(|e| Invalid::new("", "a JSON object", format_args!("{e}")))?;
        let model: String = take(&mut fields, "model", "a deployment's key or provider/model")?
            .ok_or_else(|| missing("/model", "a deployment's key or provider/model"))?;
        check_model(&model)?;
        let raw_messages: Vec<Box<RawValue>> = take(&mut fields, "messages", "a list of messages")?
            .ok_or_else(|| missing("/messages", "a list of messages"))?;
        let messages = messages(&raw_messages, &Pointer::from("/messages"))?;
        if messages.is_empty() {
            return Err(Invalid::new("/messages", "at least one message", "an empty list"));
        }
        let stream = take::<Option<bool>>(&mut fields, "stream", "true or false")?.flatten();
        let logprobs = peek::<Option<bool>>(&fields, "logprobs", "true or false")?.flatten();
        let options: Option<Option<Map<String, Value>>> =
            peek(&fields, "stream_options", "an object")?;
        let include_usage = options.flatten().and_then(|o| o.get("include_usage")?.as_bool());
        let store = peek::<Option<bool>>(&fields, "store", "true or false")?.flatten();
        // OpenAI takes metadata only for what it stores; otherwise it is ours alone.
        let metadata = if store == Some(true) {
            peek::<MapOrNull>(&fields, "metadata", "an object")?
        } else {
            take::<MapOrNull>(&mut fields, "metadata", "an object")?
        };
        let inputs = take::<MapOrNull>(&mut fields, "inputs", "an object")?.flatten();
        let context = take::<MapOrNull>(&mut fields, "context", "an object")?.flatten();
        let (ids, metadata) = whose(&fields, metadata.flatten(), headers)?;
        Ok(Self {
            endpoint: Endpoint::Chat,
            model,
            messages,
            raw_messages,
            fields,
            stream: stream.unwrap_or(false),
            include_usage: include_usage.unwrap_or(false),
            logprobs: logprobs.unwrap_or(false),
            inputs: inputs.unwrap_or_default(),
            call_context: CallContext::parse(&context.unwrap_or_default())?,
            ids,
            metadata,
            prefix_messages: vec![],
        })
    }
}

/// Whose call it is, and what it is labelled with; headers win over the body.
///
/// # Errors
/// At `/user` and `/metadata`, for what cannot be kept.
pub(crate) fn whose(
    fields: &RawFields,
    metadata: MapOrNull,
    headers: CallHeaders,
) -> Result<(Context, Map<String, Value>), Invalid> {
    let user = peek::<Option<String>>(fields, "user", "a text")?.flatten();
    if let Some(user) = user.as_ref().filter(|u| u.chars().count() > MAX_ID_CHARS) {
        let expected = format!("at most {MAX_ID_CHARS} characters");
        return Err(Invalid::new("/user", expected, user));
    }
    check_text("/user", user.as_deref().unwrap_or_default())?;
    let mut metadata = metadata.unwrap_or_default();
    metadata.extend(headers.metadata);
    check_texts("/metadata", &metadata)?;
    let mut ids = headers.context;
    ids.user_id = ids.user_id.or(user).filter(|user| !user.is_empty());
    Ok((ids, metadata))
}

/// The longest name of a model, in characters.
const MAX_MODEL_CHARS: usize = 256;

pub(crate) fn check_model(model: &str) -> Result<(), Invalid> {
    let chars = model.chars().count();
    if chars > MAX_MODEL_CHARS {
        let expected = format!("at most {MAX_MODEL_CHARS} characters");
        return Err(Invalid::new("/model", expected, format_args!("{chars} characters")));
    }
    check_text("/model", model)
}

/// Reads messages one by one, so that an error names the one that is wrong.
///
/// # Errors
/// At `at/<i>`, what is missing.
fn messages(raw: &[Box<RawValue>], at: &Pointer) -> Result<Vec<Message>, Invalid> {
    let read = |(i, raw): (usize, &RawValue)| {
        serde_json::from_str(raw.get()).map_err(|_| {
            let expected =
                "a message with a role, e.g. {\"role\": \"user\", \"content\": \"Hello\"}";
            Invalid { pointer: at.then(i), ..Invalid::new("", expected, raw.get()) }
        })
    };
    raw.iter().map(|raw| &**raw).enumerate().map(read).collect()
}

pub(crate) fn missing(pointer: &str, expected: &str) -> Invalid {
    Invalid::new(pointer, expected, "nothing")
}

pub(crate) fn peek<T: serde::de::DeserializeOwned>(
    fields: &RawFields,
    name: &str,
    expected: &str,
) -> Result<Option<T>, Invalid> {
    let Some((_, raw)) = fields.iter().find(|(known, _)| known == name) else { return Ok(None) };
    let wrong = |_| Invalid {
        pointer: Pointer::root().then(name),
        ..Invalid::new("", expected, raw.get())
    };
    serde_json::from_str(raw.get()).map(Some).map_err(wrong)
}

pub(crate) fn take<T: serde::de::DeserializeOwned>(
    fields: &mut RawFields,
    name: &str,
    expected: &str,
) -> Result<Option<T>, Invalid> {
    let read = peek(fields, name, expected)?;
    fields.retain(|(known, _)| known != name);
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(body: &str) -> Result<ChatCall, Invalid> {
        ChatCall::parse(body.as_bytes(), CallHeaders::default())
    }

    #[test]
    fn unknown_fields_keep_their_text_and_order() {
        let call = parse(
            r#"{"z_new": 1.50, "model": "m", "messages": [{"role": "user", "content": "x"}],
                "a": {"b":  [1]}, "metadata": {"k": "v"}, "user": "ann"}"#,
        )
        .unwrap();
        let texts: Vec<_> = call.fields.iter().map(|(n, v)| (n.as_str(), v.get())).collect();
        assert_eq!(texts, [("z_new", "1.50"), ("a", r#"{"b":  [1]}"#), ("user", "\"ann\"")]);
        assert_eq!(call.metadata["k"], "v");
        assert_eq!(call.ids.user_id.as_deref(), Some("ann"));
    }

    #[test]
    fn errors_name_the_field() {
        let at = |body: &str| parse(body).unwrap_err().pointer.to_string();
        assert_eq!(at("[]"), "");
        assert_eq!(at(r#"{"messages": []}"#), "/model");
        assert_eq!(at(r#"{"model": 3, "messages": []}"#), "/model");
        assert_eq!(at(r#"{"model": "m"}"#), "/messages");
        assert_eq!(at(r#"{"model": "m", "messages": []}"#), "/messages");
        assert_eq!(at(r#"{"model": "m", "messages": [{"role": "user"}, {}]}"#), "/messages/1");
        let ok = r#""model": "m", "messages": [{"role": "user"}]"#;
        assert_eq!(at(&format!(r#"{{{ok}, "stream": "yes"}}"#)), "/stream");
        assert_eq!(at(&format!(r#"{{{ok}, "metadata": []}}"#)), "/metadata");
        assert_eq!(at(&format!(r#"{{{ok}, "context": {{"env": {{}}}}}}"#)), "/context/env");
    }

    #[test]
    fn null_is_absent_where_openai_allows_it() {
        let call = parse(
            r#"{"model": "m", "messages": [{"role": "user"}], "stream": null, "user": null,
                "metadata": null, "inputs": null, "context": null}"#,
        );
        assert!(!call.unwrap().stream);
    }

    #[test]
    fn a_null_content_stays_a_null() {
        let messages = r#"[{"role":"assistant","content":null,"tool_calls":[]},{"role":"user"}]"#;
        let call = parse(&format!(r#"{{"model": "m", "messages": {messages}}}"#)).unwrap();
        assert_eq!(serde_json::to_string(&call.messages).unwrap(), messages);
    }

    #[test]
    fn the_last_of_a_repeated_field_counts() {
        let call = parse(r#"{"n": 1, "model": "m", "messages": [{"role": "user"}], "n": 2}"#);
        let fields = call.unwrap().fields;
        let texts: Vec<_> = fields.iter().map(|(n, v)| (n.as_str(), v.get())).collect();
        assert_eq!(texts, [("n", "2")]);
    }

    #[test]
    fn headers_win_over_the_body() {
        let mut headers = CallHeaders::default();
        headers.context.user_id = Some("header".into());
        headers.metadata.insert("k".into(), "header".into());
        let body = br#"{"model": "m", "messages": [{"role": "user"}], "user": "body", "metadata": {"k": "body", "b": 1}}"#;
        let call = ChatCall::parse(body, headers).unwrap();
        assert_eq!(call.ids.user_id.as_deref(), Some("header"));
        assert_eq!(call.metadata["k"], "header");
        assert_eq!(call.metadata["b"], 1);
    }
}
