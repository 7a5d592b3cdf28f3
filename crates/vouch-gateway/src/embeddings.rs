//! A call for embeddings: it goes the way of a chat call, with texts in the place of messages.
//!
//! The log keeps the texts and what they cost, but not the vectors.

use serde_json::Value;
use serde_json::value::RawValue;
use vouch_domain::deployment::{CallContext, Variant};
use vouch_domain::message::Message;
use vouch_domain::{Invalid, Pointer};

use crate::call::{ChatCall, Fields, MapOrNull, check_model, missing, peek, take, whose};
use crate::headers::CallHeaders;
use crate::prompt::{Prepared, raw_field};
use crate::provider::Endpoint;
use crate::strip::Strip;

const INPUT: &str = "a text, a list of texts, a list of tokens, or a list of such lists";

impl ChatCall {
    /// Reads the body of `POST /v1/embeddings`.
    ///
    /// # Errors
    /// Names the field that is missing or of the wrong type. What we do not know is not checked.
    pub fn parse_embeddings(body: &[u8], headers: CallHeaders) -> Result<Self, Invalid> {
        let Fields(mut fields) = serde_json::from_slice(body)
            .map_err(|e| Invalid::new("", "a JSON object", format_args!("{e}")))?;
        let expected = "a deployment's key or provider/model";
        let model: String =
            take(&mut fields, "model", expected)?.ok_or_else(|| missing("/model", expected))?;
        check_model(&model)?;
        let input: Value =
            peek(&fields, "input", INPUT)?.ok_or_else(|| missing("/input", INPUT))?;
        let metadata = take::<MapOrNull>(&mut fields, "metadata", "an object")?.flatten();
        let context = take::<MapOrNull>(&mut fields, "context", "an object")?.flatten();
        let (ids, metadata) = whose(&fields, metadata, headers)?;
        Ok(Self {
            endpoint: Endpoint::Embeddings,
            model,
            messages: messages(input)?,
            raw_messages: vec![],
            fields,
            stream: false,
            include_usage: false,
            logprobs: false,
            inputs: serde_json::Map::new(),
            call_context: CallContext::parse(&context.unwrap_or_default())?,
            ids,
            metadata,
            prefix_messages: vec![],
        })
    }
}

/// Each text as the log keeps it; tokens are kept as their numbers.
fn messages(input: Value) -> Result<Vec<Message>, Invalid> {
    let tokens = |list: &[Value]| !list.is_empty() && list.iter().all(Value::is_u64);
    match input {
        Value::String(text) => Ok(vec![Message::text_of("user", text)]),
        Value::Array(list) if tokens(&list) => {
            Ok(vec![Message::text_of("user", Value::Array(list).to_string())])
        }
        Value::Array(list) if !list.is_empty() => {
            let one = |(i, item): (usize, Value)| match item {
                Value::String(text) => Ok(Message::text_of("user", text)),
                Value::Array(list) if tokens(&list) => {
                    Ok(Message::text_of("user", Value::Array(list).to_string()))
                }
                other => {
                    let pointer = Pointer::from("/input").then(i);
                    Err(Invalid { pointer, ..Invalid::new("", "a text or tokens", other) })
                }
            };
            list.into_iter().enumerate().map(one).collect()
        }
        other => Err(Invalid::new("/input", INPUT, other)),
    }
}

/// Lays the call over the variant's parameters, such as `dimensions`. A prompt has no place here.
pub(crate) fn prepare(call: &ChatCall, variant: Option<&Variant>) -> Prepared {
    let mut fields = call.fields.clone();
    for (name, value) in variant.iter().flat_map(|variant| &variant.parameters) {
        if !fields.iter().any(|(known, _): &(String, Box<RawValue>)| known == name) {
            fields.extend(raw_field(name, value));
        }
    }
    Prepared { messages: call.messages.clone(), sent: None, fields, strip: Strip::default() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(body: &str) -> Result<ChatCall, Invalid> {
        ChatCall::parse_embeddings(body.as_bytes(), CallHeaders::default())
    }

    fn texts(input: &str) -> Vec<String> {
        let call = parse(&format!(r#"{{"model": "m", "input": {input}}}"#)).unwrap();
        call.messages.iter().map(Message::text).collect()
    }

    #[test]
    fn every_form_of_input_is_kept_as_texts() {
        assert_eq!(texts(r#""a""#), ["a"]);
        assert_eq!(texts(r#"["a", "b"]"#), ["a", "b"]);
        assert_eq!(texts("[1, 2]"), ["[1,2]"]);
        assert_eq!(texts("[[1, 2], [3]]"), ["[1,2]", "[3]"]);
    }

    #[test]
    fn errors_name_the_field() {
        let at = |body: &str| parse(body).unwrap_err().pointer.to_string();
        assert_eq!(at(r#"{"input": "a"}"#), "/model");
        assert_eq!(at(r#"{"model": "m"}"#), "/input");
        assert_eq!(at(r#"{"model": "m", "input": []}"#), "/input");
        assert_eq!(at(r#"{"model": "m", "input": ["a", 1]}"#), "/input/1");
        assert_eq!(at(r#"{"model": "m", "input": [[]]}"#), "/input/0");
        assert_eq!(at(r#"{"model": "m", "input": null}"#), "/input");
    }

    #[test]
    fn the_request_keeps_its_text_and_takes_the_variants_parameters() {
        let call = parse(
            r#"{"input":  ["a",  "b\u00e9"], "model": "d", "metadata": {"k": 1}, "x": 1.50}"#,
        );
        let variant = json!({"name": "v", "provider": "p", "model": "m", "prompt": [{"role": "system", "content": "{{ x }}"}],
            "parameters": {"dimensions": 8, "x": 2}});
        let prepared = prepare(&call.unwrap(), Some(&serde_json::from_value(variant).unwrap()));
        let body = String::from_utf8(prepared.body("m", false).to_vec()).unwrap();
        assert_eq!(body, r#"{"model":"m","input":["a",  "b\u00e9"],"x":1.50,"dimensions":8}"#);
        assert_eq!(prepared.parameters(), *json!({"x": 1.5, "dimensions": 8}).as_object().unwrap());
    }
}
