//! The session cookie.

use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};

use crate::problem::Problem;
use crate::secret::SESSION_TTL_S;
use crate::state::App;

const NAME: &str = "vouch_session";

/// The session's secret out of the cookies that came.
pub(crate) fn session_secret(headers: &HeaderMap) -> Option<&str> {
    let texts = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs =
        texts.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(|(name, value)| *name == NAME && !value.is_empty()).map(|(_, value)| value).next()
}

/// The cookie that holds `secret`.
pub(crate) fn session_cookie(app: &App, secret: &str) -> Result<HeaderValue, Problem> {
    cookie(app, secret, SESSION_TTL_S)
}

/// The cookie that takes the session's away.
pub(crate) fn signed_out_cookie(app: &App) -> Result<HeaderValue, Problem> {
    cookie(app, "", 0)
}

/// `SameSite=Lax`, so that a link in a mail still finds the reader signed in.
fn cookie(app: &App, value: &str, ttl_s: i64) -> Result<HeaderValue, Problem> {
    let secure = if app.public_url.starts_with("https://") { "; Secure" } else { "" };
    let text = format!("{NAME}={value}; Path=/; Max-Age={ttl_s}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&text).map_err(Problem::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_session_among_other_cookies() {
        let mut headers = HeaderMap::new();
        assert_eq!(session_secret(&headers), None);
        headers.append(COOKIE, HeaderValue::from_static(""));
        headers.append(COOKIE, HeaderValue::from_static("a=b; vouch_session=secret; c=d"));
        assert_eq!(session_secret(&headers), Some("secret"));
    }
}
