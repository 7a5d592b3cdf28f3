//! Turns serde's errors into problems: a pointer, what came, what would be right.

use serde::de::DeserializeOwned;
use serde_json::error::Category;
use serde_path_to_error::{Path, Segment};
use vouch_domain::Pointer;
use vouch_domain::invalid::shorten;

use crate::problem::{Kind, Problem};

/// Reads a JSON body.
///
/// # Errors
/// `MalformedJson` with line and column; `InvalidInput` with the pointer of the field.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // serde would read a list as the fields of an object in their order.
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        let checked: Result<serde::de::IgnoredAny, _> = serde_json::from_slice(bytes);
        return Err(match checked {
            Ok(_) => Problem::field("", "expected an object, got a list"),
            Err(e) => malformed(&e),
        });
    }
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer)
        .map_err(|e| explain(e.inner(), e.path(), bytes))?;
    deserializer.end().map_err(|e| malformed(&e))?;
    Ok(value)
}

fn explain(e: &serde_json::Error, path: &Path, bytes: &[u8]) -> Problem {
    if e.classify() != Category::Data {
        return malformed(e);
    }
    let text = without_place(&e.to_string());
    let mut at = pointer(path);
    let detail = match quoted_after(&text, "missing field ") {
        Some(name) => {
            at = at.then(name);
            "expected a value, got nothing".to_owned()
        }
        None => match quoted_after(&text, "unknown field ") {
            Some(name) => {
                if !at.to_string().ends_with(&Pointer::root().then(name).to_string()) {
                    at = at.then(name);
                }
                format!("is not known here; {}", known(&text))
            }
            None => mismatch(&text, is_secret(&at), || came(bytes, &at)),
        },
    };
    Problem::field(at.to_string(), detail)
}

fn malformed(e: &serde_json::Error) -> Problem {
    let text = without_place(&e.to_string());
    let detail = format!("{text} at line {} column {}", e.line(), e.column());
    Problem::new(Kind::MalformedJson, "").with_error("", detail)
}

fn pointer(path: &Path) -> Pointer {
    path.iter().fold(Pointer::root(), |at, segment| match segment {
        Segment::Seq { index } => at.then(index),
        Segment::Map { key } => at.then(key),
        Segment::Enum { .. } | Segment::Unknown => at,
    })
}

/// The text without ` at line 1 column 2`, which is put at its end.
fn without_place(text: &str) -> String {
    text.rfind(" at line ").map_or(text, |end| &text[..end]).to_owned()
}

/// The name in backticks after `start`, where the text starts so.
fn quoted_after<'a>(text: &'a str, start: &str) -> Option<&'a str> {
    text.strip_prefix(start)?.strip_prefix('`')?.split('`').next()
}

/// The names that an error lists in backticks, in our words.
fn known(text: &str) -> String {
    let Some((_, list)) = text.split_once(", expected ") else {
        return "no fields are known".to_owned();
    };
    let list = list.trim_start_matches("one of ").replace('`', "").replace(" or ", ", ");
    format!("known are {list}")
}

/// `invalid type: string "x", expected u64` as `expected a whole number, got "x"`.
fn mismatch(text: &str, secret: bool, came: impl FnOnce() -> String) -> String {
    let words = ["invalid type: ", "invalid value: ", "invalid length ", "unknown variant "];
    let stripped = words.into_iter().find_map(|start| text.strip_prefix(start));
    let Some((got, expected)) = stripped.and_then(|rest| rest.split_once(", expected ")) else {
        // One of our own types said what it expects, but not what came.
        return if secret { text.to_owned() } else { format!("{text}, got {}", shorten(&came())) };
    };
    let got = if secret { "something else".to_owned() } else { shorten(&plain_got(got)) };
    format!("expected {}, got {got}", plain_expected(expected))
}

/// The value at `at`, as it came.
fn came(bytes: &[u8], at: &Pointer) -> String {
    let body: Option<serde_json::Value> = serde_json::from_slice(bytes).ok();
    let value = body.as_ref().and_then(|body| body.pointer(&at.to_string()));
    value.map_or_else(|| "something else".to_owned(), ToString::to_string)
}

fn plain_got(got: &str) -> String {
    let kinds = ["string ", "integer ", "floating point ", "boolean "];
    match got {
        "map" => "an object".to_owned(),
        "sequence" => "a list".to_owned(),
        other => {
            let value = kinds.into_iter().find_map(|kind| other.strip_prefix(kind));
            value.unwrap_or(other).replace('`', "")
        }
    }
}

fn plain_expected(expected: &str) -> String {
    match expected {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number of at least 0".to_owned(),
        "i8" | "i16" | "i32" | "i64" => "a whole number".to_owned(),
        "f32" | "f64" => "a number".to_owned(),
        "a boolean" => "true or false".to_owned(),
        "a sequence" => "a list".to_owned(),
        "a map" => "an object".to_owned(),
        other if other.starts_with("struct ") => "an object".to_owned(),
        other => other.replace('`', ""),
    }
}

/// Fields whose value must not be repeated, not even when its type is wrong.
fn is_secret(at: &Pointer) -> bool {
    let at = at.to_string();
    ["/password", "/current", "/new", "/token", "/key/value"].iter().any(|end| at.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::FieldError;
    use serde::Deserialize;

    #[derive(Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its errors are looked at")]
    struct Outer {
        list: Vec<Inner>,
    }

    #[derive(Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its errors are looked at")]
    struct Inner {
        n: u32,
        #[serde(default)]
        password: String,
    }

    fn check(body: &str) -> String {
        let problem = parse::<Outer>(body.as_bytes()).unwrap_err();
        let FieldError { pointer, detail } = problem.errors().first().unwrap().clone();
        format!("{pointer}: {detail}")
    }

    #[test]
    fn each_error_says_where_what_came_and_what_would_be_right() {
        let table = [
            (
                r#"{"list": [{"n": 1}, {"n": -2}]}"#,
                "/list/1/n: expected a whole number of at least 0, got -2",
            ),
            (
                r#"{"list": [{"n": "x"}]}"#,
                "/list/0/n: expected a whole number of at least 0, got \"x\"",
            ),
            (r#"{"list": {}}"#, "/list: expected a list, got an object"),
            (
                r#"{"list": [{"n": 1, "m": 2}]}"#,
                "/list/0/m: is not known here; known are n, password",
            ),
            (r#"{"list": [{}]}"#, "/list/0/n: expected a value, got nothing"),
            (r#"{"lost": 1}"#, "/lost: is not known here; known are list"),
            ("[[]]", ": expected an object, got a list"),
            (
                r#"{"list": [{"n": 1, "password": 12345}]}"#,
                "/list/0/password: expected a string, got something else",
            ),
            (r#"{"list": [}"#, ": expected value at line 1 column 11"),
            (r#"{"list": []} x"#, ": trailing characters at line 1 column 14"),
        ];
        for (body, expected) in table {
            assert_eq!(check(body), expected, "{body}");
        }
    }
}
