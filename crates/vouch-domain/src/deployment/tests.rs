//! Which variant serves, what it falls back to, and what a version may say.

use super::*;
use serde_json::json;

fn spec(variants: &Value) -> VersionSpec {
    serde_json::from_value(json!({ "variants": variants })).unwrap()
}

fn context(json: &Value) -> CallContext {
    CallContext::parse(json.as_object().unwrap()).unwrap()
}

#[test]
fn the_most_specific_variant_that_fits_serves() {
    let spec = spec(&json!([
        {"name": "any", "provider": "p", "model": "m", "context": {"locale": [], "tier": []}},
        {"name": "prod", "provider": "p", "model": "m", "context": {"environment": ["production"]}},
        {"name": "prod-nl", "provider": "p", "model": "m",
         "context": {"environment": ["production"], "locale": ["nl", "be"]}},
    ]));
    let name = |c: Value| spec.pick(&context(&c), 7).unwrap().name.clone();
    assert_eq!(name(json!({})), "any");
    assert_eq!(name(json!({"environments": ["production", "x"]})), "prod");
    assert_eq!(name(json!({"environment": "production", "locale": "be"})), "prod-nl");
    assert_eq!(name(json!({"locale": "nl"})), "any");
}

#[test]
fn weights_share_the_calls() {
    let spec = spec(&json!([
        {"name": "a", "provider": "p", "model": "m", "weight": 3},
        {"name": "off", "provider": "p", "model": "m", "weight": 0},
        {"name": "b", "provider": "p", "model": "m", "weight": 1},
    ]));
    let picked: Vec<_> = (0..8)
        .map(|draw| spec.pick(&CallContext::default(), draw).unwrap().name.as_str())
        .collect();
    assert_eq!(picked, ["a", "a", "a", "b", "a", "a", "a", "b"]);
}

#[test]
fn what_fails_falls_back_to_the_variants_that_fit() {
    let spec = spec(&json!([
        {"name": "a", "provider": "p", "model": "m"},
        {"name": "b", "provider": "p", "model": "m"},
        {"name": "off", "provider": "p", "model": "m", "weight": 0},
        {"name": "nl", "provider": "p", "model": "m", "context": {"locale": ["nl"]}},
        {"name": "named", "provider": "p", "model": "m", "fallback": ["off", "nl", "a", "off"]},
        {"name": "none", "provider": "p", "model": "m", "fallback": []},
    ]));
    let names = |failed: &str, c: Value| -> Vec<String> {
        let variants = spec.fallbacks(failed, &context(&c));
        variants.into_iter().map(|v| v.name.clone()).collect()
    };
    assert_eq!(names("b", json!({})), ["named", "none", "a"]);
    assert_eq!(names("b", json!({"locale": "nl"})), ["nl", "named", "none", "a"]);
    assert_eq!(names("named", json!({})), ["off", "a"]);
    assert_eq!(names("none", json!({})), [""; 0]);
    assert_eq!(names("gone", json!({})), [""; 0]);
}

#[test]
fn limits_of_patience_are_checked() {
    let at = |more: Value| {
        let mut a = json!({"name": "a", "provider": "p", "model": "m"});
        a.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let b = json!({"name": "b", "provider": "p", "model": "m"});
        spec(&json!([a, b])).check().err().map(|e| e.pointer.to_string())
    };
    assert_eq!(at(json!({"timeout_s": 600, "retries": 5, "fallback": ["b"]})), None);
    assert_eq!(at(json!({"timeout_s": 0})).unwrap(), "/variants/0/timeout_s");
    assert_eq!(at(json!({"timeout_s": 601})).unwrap(), "/variants/0/timeout_s");
    assert_eq!(at(json!({"retries": 6})).unwrap(), "/variants/0/retries");
    assert_eq!(at(json!({"fallback": ["b", "c"]})).unwrap(), "/variants/0/fallback/1");
    assert_eq!(at(json!({"fallback": ["a"]})).unwrap(), "/variants/0/fallback/0");
}

#[test]
fn a_spec_says_which_variant_is_wrong() {
    let twice = json!([{"name": "a", "provider": "p", "model": "m"}, {"name": "a", "provider": "p", "model": "m"}]);
    let e = spec(&twice).check().unwrap_err();
    assert_eq!(e.pointer.to_string(), "/variants/1/name");
    assert!(spec(&json!([])).check().is_err());
    assert!(
        spec(&json!([{"name": "a", "provider": "p", "model": "m", "weight": 0}])).check().is_err()
    );
}
