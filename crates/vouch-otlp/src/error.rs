//! Why a call failed, from its span.

use vouch_domain::log::LogError;

use crate::span::Span;

const MAX_ERROR_CHARS: usize = 8000;

/// Why the call failed; `None` where it did not.
pub(crate) fn of(span: &Span) -> Option<LogError> {
    let kind = span.attributes.text(&["error.type"]);
    if !span.failed && kind.is_none() {
        return None;
    }
    let exception = span.events.iter().rev().find(|event| event.name == "exception");
    let thrown = |name: &str| exception.and_then(|event| event.attributes.text(&[name]));
    let name = kind.or_else(|| thrown("exception.type")).unwrap_or_default();
    let said = Some(span.status_message.trim()).filter(|text| !text.is_empty());
    let message = said.or_else(|| thrown("exception.message"));
    let message = message.or_else(|| span.attributes.text(&["error.message"])).unwrap_or(name);
    let status = status(span, name, message);
    let lower = name.to_lowercase();
    let never_came = ["timeout", "connection", "connect", "unreachable"];
    let is = |words: &[&str]| status.is_none() && words.iter().any(|word| lower.contains(word));
    let kind = if is(&never_came) { "unreachable" } else { "upstream" };
    let message = message.chars().take(MAX_ERROR_CHARS).collect();
    Some(LogError { kind: kind.to_owned(), status, message })
}

/// Whether the caller went away.
pub(crate) fn is_cancelled(span: &Span) -> bool {
    let kind = span.attributes.text(&["error.type"]).unwrap_or_default();
    ["CancelledError", "GeneratorExit", "AbortError", "cancelled", "canceled"]
        .iter()
        .any(|name| kind.rsplit(['.', '\'']).any(|part| part == *name))
}

/// The provider's status: as an attribute, as the type of the error, or as OpenAI's clients
/// begin their message.
fn status(span: &Span, name: &str, message: &str) -> Option<u16> {
    let told = span.attributes.count(&["http.response.status_code", "http.status_code"]);
    let told = told.or_else(|| name.parse().ok());
    let told = told.or_else(|| {
        let rest = message.split_once("Error code: ")?.1;
        rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
    });
    told.and_then(|code| u16::try_from(code).ok()).filter(|code| (400..600).contains(code))
}
