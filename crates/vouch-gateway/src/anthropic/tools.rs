//! The tools that are offered, and which of them is to be used.

use serde_json::{Value, json};
use vouch_domain::{Invalid, Pointer};

/// The tools. One that is no function may be one of Anthropic's own, and passes.
///
/// # Errors
/// At `/tools/...`, for what is no tool.
pub(super) fn tools(tools: Value) -> Result<Value, Invalid> {
    let Value::Array(tools) = tools else {
        return Err(Invalid::new("/tools", "a list of tools", tools));
    };
    let one = |(i, mut tool): (usize, Value)| {
        if tool.get("type").and_then(Value::as_str) != Some("function") {
            return Ok(tool);
        }
        let Some(Value::Object(function)) = tool.get_mut("function").map(Value::take) else {
            let pointer = Pointer::from("/tools").then(i).then("function");
            return Err(Invalid { pointer, ..Invalid::new("", "a function with a name", tool) });
        };
        let mut translated = json!({ "name": function.get("name") });
        if let Some(description) = function.get("description").filter(|d| !d.is_null()) {
            translated["description"] = description.clone();
        }
        let nothing = || json!({"type": "object", "properties": {}});
        let schema = function.get("parameters").filter(|p| !p.is_null()).cloned();
        translated["input_schema"] = schema.unwrap_or_else(nothing);
        if let Some(control) = tool.get("cache_control").or(function.get("cache_control")) {
            translated["cache_control"] = control.clone();
        }
        Ok(translated)
    };
    tools.into_iter().enumerate().map(one).collect::<Result<Vec<_>, _>>().map(Value::Array)
}

/// Which tool is to be used, and whether several at once.
pub(super) fn choice(
    choice: Option<Value>,
    parallel: Option<bool>,
    offered: bool,
) -> Option<Value> {
    let mut translated = choice.map(|choice| match choice.as_str() {
        Some("required") => json!({"type": "any"}),
        Some(word) => json!({ "type": word }),
        None => match choice.pointer("/function/name") {
            Some(name) => json!({"type": "tool", "name": name}),
            None => choice,
        },
    });
    if parallel == Some(false) && offered {
        let choice = translated.get_or_insert_with(|| json!({"type": "auto"}));
        if choice["type"] != "none" && choice.is_object() {
            choice["disable_parallel_tool_use"] = true.into();
        }
    }
    translated.filter(|_| offered)
}
