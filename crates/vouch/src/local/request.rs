//! Reads an OpenAI chat request for the local model; what the model cannot do is refused by name.

use serde_json::{Map, Value};
use vouch_model::{ChatMessage, GenerateRequest, MAX_TOP_LOGPROBS, Role, Sampling};

use super::refusal::Refusal;

/// A request that the engine can serve.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ChatRequest {
    /// What to generate.
    pub(super) generate: GenerateRequest,
    /// The model that was asked for.
    pub(super) model: String,
    /// Whether the answer is streamed.
    pub(super) stream: bool,
    /// Whether a stream ends with the usage.
    pub(super) include_usage: bool,
    /// Whether each token's log-probability is shown.
    pub(super) logprobs: bool,
}

impl ChatRequest {
    /// Reads the body; `seed` serves where the request names none.
    ///
    /// # Errors
    /// Names the first parameter that is wrong or not supported.
    pub(super) fn parse(body: &[u8], seed: u64) -> Result<Self, Refusal> {
        let fields: Map<String, Value> = serde_json::from_slice(body)
            .map_err(|e| Refusal::invalid("body", "a JSON object", &e.to_string().into()))?;
        let fields = Fields(fields);
        fields.refuse_unsupported()?;
        let logprobs = fields.boolean("logprobs")?;
        let top_logprobs = fields.integer("top_logprobs", 0..=MAX_TOP_LOGPROBS as u64)?;
        if top_logprobs.is_some_and(|n| n > 0) && !logprobs {
            return Err(Refusal::unsupported(
                "top_logprobs",
                "`top_logprobs` needs `logprobs: true` beside it",
            ));
        }
        let limit = 1..=u64::from(u32::MAX);
        let old_limit = fields.integer("max_tokens", limit.clone())?;
        let max_tokens = fields.integer("max_completion_tokens", limit)?.or(old_limit);
        Ok(Self {
            generate: GenerateRequest {
                messages: fields.messages()?,
                sampling: Sampling {
                    temperature: fields.number("temperature", 0.0, 2.0)?.unwrap_or(1.0),
                    top_p: fields.number("top_p", 0.0, 1.0)?.unwrap_or(1.0),
                    seed: fields.seed()?.unwrap_or(seed),
                },
                max_tokens: max_tokens.map(to_usize),
                stop: fields.stop()?,
                top_logprobs: top_logprobs.map_or(0, to_usize),
            },
            model: fields.get("model").and_then(Value::as_str).unwrap_or_default().to_owned(),
            stream: fields.boolean("stream")?,
            include_usage: fields
                .get("stream_options")
                .and_then(|options| options.get("include_usage")?.as_bool())
                .unwrap_or(false),
            logprobs,
        })
    }
}

struct Fields(Map<String, Value>);

impl Fields {
    /// The field, unless it is absent or null, which are the same to OpenAI.
    fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// What would silently change the answer if it were ignored.
    fn refuse_unsupported(&self) -> Result<(), Refusal> {
        let one = Value::from(1);
        if self.get("n").is_some_and(|n| *n != one) {
            return Err(Refusal::unsupported("n", "the local model gives one choice: send `n: 1`"));
        }
        let filled = |value: &Value| match value {
            Value::Array(items) => !items.is_empty(),
            Value::Object(map) => !map.is_empty(),
            _ => true,
        };
        for name in ["tools", "functions"] {
            if self.get(name).is_some_and(filled) {
                let message = "the local model cannot call tools: leave them out, or choose a \
                               provider that can";
                return Err(Refusal::unsupported(name, message));
            }
        }
        if self.get("logit_bias").is_some_and(filled) {
            return Err(Refusal::unsupported(
                "logit_bias",
                "the local model takes no `logit_bias`",
            ));
        }
        for name in ["presence_penalty", "frequency_penalty"] {
            if self.number(name, -2.0, 2.0)?.is_some_and(|n| n.abs() > 0.0) {
                let message = format!("the local model takes no `{name}` but 0");
                return Err(Refusal::unsupported(name, &message));
            }
        }
        let format = self.get("response_format").and_then(|format| format.get("type"));
        if format.is_some_and(|kind| kind != "text") {
            let message = "the local model answers in free text: leave `response_format` out";
            return Err(Refusal::unsupported("response_format", message));
        }
        Ok(())
    }

    fn boolean(&self, name: &str) -> Result<bool, Refusal> {
        match self.get(name) {
            None => Ok(false),
            Some(Value::Bool(yes)) => Ok(*yes),
            Some(other) => Err(Refusal::invalid(name, "true or false", other)),
        }
    }

    fn integer(
        &self,
        name: &str,
        range: std::ops::RangeInclusive<u64>,
    ) -> Result<Option<u64>, Refusal> {
        let Some(value) = self.get(name) else { return Ok(None) };
        match whole(value).and_then(|n| u64::try_from(n).ok()).filter(|n| range.contains(n)) {
            Some(n) => Ok(Some(n)),
            None if *range.end() == u64::from(u32::MAX) => {
                let expected = format!("a whole number of at least {}", range.start());
                Err(Refusal::invalid(name, &expected, value))
            }
            None => {
                let expected = format!("a whole number from {} to {}", range.start(), range.end());
                Err(Refusal::invalid(name, &expected, value))
            }
        }
    }

    fn number(&self, name: &str, min: f64, max: f64) -> Result<Option<f32>, Refusal> {
        let Some(value) = self.get(name) else { return Ok(None) };
        match value.as_f64().filter(|n| (min..=max).contains(n)) {
            Some(n) => Ok(Some(to_f32(n))),
            None => Err(Refusal::invalid(name, &format!("a number from {min} to {max}"), value)),
        }
    }

    fn seed(&self) -> Result<Option<u64>, Refusal> {
        let Some(value) = self.get("seed") else { return Ok(None) };
        match whole(value) {
            Some(n) => Ok(Some(n.cast_unsigned())),
            None => Err(Refusal::invalid("seed", "a whole number of 64 bits", value)),
        }
    }

    fn stop(&self) -> Result<Vec<String>, Refusal> {
        let expected = "a text or a list of texts";
        let text = |value: &Value| value.as_str().filter(|t| !t.is_empty()).map(str::to_owned);
        match self.get("stop") {
            None => Ok(vec![]),
            Some(Value::Array(items)) => {
                let read = |(i, item): (usize, &Value)| {
                    let wrong = || Refusal::invalid(format!("stop[{i}]"), "a text", item);
                    text(item).ok_or_else(wrong)
                };
                items.iter().enumerate().map(read).collect()
            }
            Some(one) => {
                text(one).map(|t| vec![t]).ok_or_else(|| Refusal::invalid("stop", expected, one))
            }
        }
    }

    fn messages(&self) -> Result<Vec<ChatMessage>, Refusal> {
        let expected = "a list of at least one message";
        match self.get("messages") {
            Some(Value::Array(items)) if !items.is_empty() => {
                items.iter().enumerate().map(|(i, item)| message(i, item)).collect()
            }
            other => Err(Refusal::invalid("messages", expected, other.unwrap_or(&Value::Null))),
        }
    }
}

fn message(i: usize, item: &Value) -> Result<ChatMessage, Refusal> {
    let role = match item.get("role").and_then(Value::as_str) {
        Some("system" | "developer") => Role::System,
        Some("user") => Role::User,
        Some("assistant") => Role::Assistant,
        Some("tool" | "function") => Role::Tool,
        _ => {
            let expected = "system, developer, user, assistant or tool";
            let got = item.get("role").unwrap_or(&Value::Null);
            return Err(Refusal::invalid(format!("messages[{i}].role"), expected, got));
        }
    };
    let content = match item.get("content") {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => {
            let read = |(j, part): (usize, &Value)| {
                let text = part.get("text").and_then(Value::as_str);
                text.map(str::to_owned).ok_or_else(|| {
                    let at = format!("messages[{i}].content[{j}]");
                    let kind = part.get("type").unwrap_or(part);
                    Refusal::invalid(at, "a text part, the local model reads nothing else", kind)
                })
            };
            parts.iter().enumerate().map(read).collect::<Result<Vec<_>, _>>()?.join("\n")
        }
        Some(other) => {
            let at = format!("messages[{i}].content");
            return Err(Refusal::invalid(at, "a text or a list of parts", other));
        }
    };
    Ok(ChatMessage::new(role, content))
}

/// A whole number, also in the form `5.0`, in which some clients send it.
fn whole(value: &Value) -> Option<i64> {
    // 2^53: above it not every whole number has a float of its own.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let float = || value.as_f64().filter(|n| n.fract().abs() < f64::EPSILON && n.abs() <= EXACT);
    let unsigned = || value.as_u64().map(u64::cast_signed);
    value.as_i64().or_else(unsigned).or_else(|| format!("{:.0}", float()?).parse().ok())
}

fn to_usize(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

#[expect(clippy::cast_possible_truncation, reason = "the range was checked; the engine takes f32")]
fn to_f32(n: f64) -> f32 {
    n as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parse(extra: &Value) -> Result<ChatRequest, Refusal> {
        let mut body = json!({"model": "m", "messages": [{"role": "user", "content": "Hi"}]});
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        ChatRequest::parse(body.to_string().as_bytes(), 9)
    }

    fn param(extra: &Value) -> String {
        parse(extra).unwrap_err().param().to_owned()
    }

    #[test]
    fn reads_what_the_engine_can_do() {
        let request = parse(&json!({
            "temperature": 0.5, "top_p": null, "seed": 7.0, "stop": ["a", "b"], "stream": true,
            "max_tokens": 9, "max_completion_tokens": 5, "logprobs": true, "top_logprobs": 20,
            "stream_options": {"include_usage": true}, "n": 1, "tools": [], "presence_penalty": 0,
            "response_format": {"type": "text"}, "something_new": {"x": 1},
        }))
        .unwrap();
        assert!(request.stream && request.include_usage && request.logprobs);
        let sampling = Sampling { temperature: 0.5, top_p: 1.0, seed: 7 };
        assert_eq!(request.generate.sampling, sampling);
        assert_eq!(request.generate.max_tokens, Some(5));
        assert_eq!(request.generate.stop, ["a", "b"]);
        assert_eq!(request.generate.top_logprobs, 20);
        let plain = parse(&json!({})).unwrap();
        assert_eq!((plain.generate.sampling.seed, plain.generate.max_tokens), (9, None));
        assert_eq!(parse(&json!({"seed": -1})).unwrap().generate.sampling.seed, u64::MAX);
        assert_eq!(parse(&json!({"stop": "x"})).unwrap().generate.stop, ["x"]);
    }

    #[test]
    fn refusals_name_the_parameter() {
        let cases = [
            (json!({"temperature": 2.1}), "temperature"),
            (json!({"temperature": "warm"}), "temperature"),
            (json!({"top_p": -0.1}), "top_p"),
            (json!({"seed": 1.5}), "seed"),
            (json!({"stop": [""]}), "stop[0]"),
            (json!({"stop": {"a": 1}}), "stop"),
            (json!({"max_tokens": 0}), "max_tokens"),
            (json!({"max_completion_tokens": "5"}), "max_completion_tokens"),
            (json!({"logprobs": 1}), "logprobs"),
            (json!({"logprobs": true, "top_logprobs": 21}), "top_logprobs"),
            (json!({"top_logprobs": 2}), "top_logprobs"),
            (json!({"n": 2}), "n"),
            (json!({"tools": [{"type": "function"}]}), "tools"),
            (json!({"functions": [{}]}), "functions"),
            (json!({"logit_bias": {"5": 1}}), "logit_bias"),
            (json!({"frequency_penalty": 0.5}), "frequency_penalty"),
            (json!({"response_format": {"type": "json_object"}}), "response_format"),
            (json!({"messages": []}), "messages"),
            (json!({"messages": [{"role": "robot"}]}), "messages[0].role"),
            (json!({"messages": [{"role": "user", "content": 5}]}), "messages[0].content"),
            (
                json!({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}),
                "messages[0].content[0]",
            ),
        ];
        for (extra, expected) in cases {
            assert_eq!(param(&extra), expected, "{extra}");
        }
    }

    #[test]
    fn text_parts_are_joined() {
        let parts = json!([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]);
        let request =
            parse(&json!({"messages": [{"role": "developer", "content": parts}]})).unwrap();
        assert_eq!(request.generate.messages, [ChatMessage::system("a\nb")]);
    }
}
