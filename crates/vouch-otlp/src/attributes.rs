//! The attributes of a span, an event or a resource, and how they are asked for.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use vouch_domain::log::MAX_COUNT;

/// Attributes by their names.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Attributes(pub(crate) Map<String, Value>);

impl Attributes {
    /// The attribute of that name.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// The first of these that is a text with something in it.
    pub(crate) fn text(&self, names: &[&str]) -> Option<&str> {
        let texts = names.iter().filter_map(|name| self.get(name)?.as_str());
        texts.map(str::trim).find(|text| !text.is_empty())
    }

    /// The first of these that is a number.
    pub(crate) fn number(&self, names: &[&str]) -> Option<f64> {
        let number = |value: &Value| value.as_f64().or_else(|| value.as_str()?.parse().ok());
        names.iter().find_map(|name| number(self.get(name)?)).filter(|n| n.is_finite())
    }

    /// The first of these that is a count.
    pub(crate) fn count(&self, names: &[&str]) -> Option<u64> {
        let count = |value: &Value| value.as_u64().or_else(|| value.as_str()?.parse().ok());
        names.iter().find_map(|name| count(self.get(name)?)).map(|n| n.min(MAX_COUNT))
    }

    /// The first of these that holds JSON, as a value or as text.
    pub(crate) fn json(&self, names: &[&str]) -> Option<Value> {
        names.iter().find_map(|name| self.get(name).map(structured))
    }

    /// `PREFIX.0.a`, `PREFIX.0.b`, `PREFIX.1.a` as `[{a, b}, {a}]`, in the order of the numbers.
    pub(crate) fn numbered(&self, prefix: &str) -> Vec<Self> {
        let mut groups: BTreeMap<u32, Self> = BTreeMap::new();
        for (name, value) in &self.0 {
            let rest = name.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('.'));
            let Some((number, rest)) = rest.and_then(|rest| rest.split_once('.')) else { continue };
            if let Ok(number) = number.parse() {
                groups.entry(number).or_default().0.insert(rest.to_owned(), value.clone());
            }
        }
        groups.into_values().collect()
    }
}

/// A text that holds a JSON object or list as what it holds; everything else as it is.
pub(crate) fn structured(value: &Value) -> Value {
    if let Value::String(text) = value
        && text.trim_start().starts_with(['{', '['])
        && let Ok(parsed) = serde_json::from_str(text)
    {
        return parsed;
    }
    value.clone()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn attributes(json: Value) -> Attributes {
        let Value::Object(fields) = json else { panic!("no object") };
        Attributes(fields)
    }

    #[test]
    fn numbered_names_become_a_list_in_the_order_of_their_numbers() {
        let all = attributes(json!({
            "m.10.a": 3, "m.2.a": 2, "m.2.b.c": 1, "m.x.a": 0, "m.3": 0, "mm.1.a": 0
        }));
        let groups: Vec<_> = all.numbered("m").into_iter().map(|g| Value::Object(g.0)).collect();
        assert_eq!(groups, [json!({"a": 2, "b.c": 1}), json!({"a": 3})]);
    }

    #[test]
    fn numbers_may_come_as_text_and_text_may_hold_json() {
        let all = attributes(json!({"n": "12", "big": 1e300, "j": "[1]", "t": "[1", "e": " "}));
        assert_eq!((all.count(&["x", "n"]), all.count(&["big"])), (Some(12), None));
        assert_eq!(all.json(&["j"]), Some(json!([1])));
        assert_eq!(all.json(&["t"]), Some(json!("[1")));
        assert_eq!(all.text(&["e", "t"]), Some("[1"));
    }
}
