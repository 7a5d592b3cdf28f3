//! What was asked of the model beside the messages, under the names of OpenAI's API.

use serde_json::{Map, Value, json};

use crate::attributes::{Attributes, structured};

/// Names that differ from the last part of the attribute's.
const RENAMED: [(&str, &str); 3] =
    [("stop_sequences", "stop"), ("choice.count", "n"), ("encoding_formats", "encoding_format")];
/// What is kept elsewhere in the log.
const ELSEWHERE: [&str; 6] = ["model", "messages", "tools", "functions", "input", "user"];

/// `temperature`, `max_tokens`, `tools` and whatever else was asked.
pub(crate) fn of(a: &Attributes) -> Map<String, Value> {
    let mut parameters = Map::new();
    let invoked = a.json(&["llm.invocation_parameters", "embedding.invocation_parameters"]);
    if let Some(Value::Object(invoked)) = invoked {
        parameters.extend(invoked.into_iter().filter(|(k, _)| !ELSEWHERE.contains(&k.as_str())));
    }
    for (name, value) in &a.0 {
        let Some(name) = name.strip_prefix("gen_ai.request.") else { continue };
        let renamed = RENAMED.iter().find(|(theirs, _)| *theirs == name);
        let name = renamed.map_or(name, |(_, ours)| ours);
        let empty = matches!(value, Value::Array(items) if items.is_empty()) || value.is_null();
        if !ELSEWHERE.contains(&name) && !empty {
            parameters.insert(name.to_owned(), structured(value));
        }
    }
    for (name, value) in [
        ("frequency_penalty", "llm.frequency_penalty"),
        ("presence_penalty", "llm.presence_penalty"),
    ] {
        if let Some(value) = a.get(value) {
            parameters.entry(name).or_insert_with(|| value.clone());
        }
    }
    let tools = tools(a);
    if !tools.is_empty() {
        parameters.insert("tools".to_owned(), Value::Array(tools));
    }
    parameters
}

/// The tools that the model could call, in OpenAI's shape.
fn tools(a: &Attributes) -> Vec<Value> {
    if let Some(Value::Array(tools)) = a.json(&["gen_ai.tool.definitions", "gen_ai.request.tools"])
    {
        return tools.iter().map(|tool| tool_of(structured(tool))).collect();
    }
    let schemas = a.numbered("llm.tools");
    if !schemas.is_empty() {
        return schemas.iter().filter_map(|t| t.json(&["tool.json_schema"])).map(tool_of).collect();
    }
    let functions = a.numbered("llm.request.functions").into_iter().map(|function| {
        let fields = function.0.into_iter().map(|(name, value)| {
            let value = if name == "parameters" { structured(&value) } else { value };
            (name, value)
        });
        tool_of(Value::Object(fields.collect()))
    });
    functions.collect()
}

/// `{"type": "function", "function": {...}}` from that, or from the function's fields alone.
fn tool_of(tool: Value) -> Value {
    let Value::Object(mut fields) = tool else { return tool };
    if fields.contains_key("function") || !fields.contains_key("name") {
        return Value::Object(fields);
    }
    let kind = fields.remove("type").filter(Value::is_string);
    if let Some(schema) = fields.remove("input_schema") {
        fields.entry("parameters").or_insert(schema);
    }
    let kind = kind.unwrap_or_else(|| "function".into());
    json!({"type": kind, "function": fields})
}
