//! Where a webhook may be.

use std::net::IpAddr;

use http::Uri;
use vouch_domain::Invalid;
use vouch_domain::webhook::is_public;

/// The longest address, in bytes.
const MAX_BYTES: usize = 2048;

/// Checks the address of a webhook. Only `https`, and none of a private network, unless
/// `allow_private`; a name is looked up only when something is sent.
///
/// # Errors
/// At `/url`, with what would be right.
pub fn check_url(text: &str, allow_private: bool) -> Result<String, Invalid> {
    let text = text.trim();
    let expected = if allow_private {
        "an http:// or https:// address without user, password or fragment"
    } else {
        "an https:// address without user, password or fragment"
    };
    // It may carry a token: what came is not shown again.
    let wrong = |got: &str| Err(Invalid::new("/url", expected, got));
    let Ok(uri) = text.parse::<Uri>() else { return wrong("something else") };
    if text.len() > MAX_BYTES {
        return wrong("a longer one than 2048 bytes");
    }
    if text.contains('#') || uri.authority().is_some_and(|a| a.as_str().contains('@')) {
        return wrong("one with them");
    }
    match uri.scheme_str() {
        Some("https") => {}
        Some("http") if allow_private => {}
        Some("http") => return wrong("an http:// address"),
        _ => return wrong("something else"),
    }
    if uri.host().is_none_or(str::is_empty) {
        return wrong("one without a host");
    }
    if !allow_private && !is_allowed(&uri) {
        return Err(Invalid::new("/url", "a public address", "one of a private network"));
    }
    Ok(text.to_owned())
}

/// Whether the host is a name, or a public address.
pub(crate) fn is_allowed(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default();
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let local = bare.trim_end_matches('.').eq_ignore_ascii_case("localhost");
    !local && bare.parse::<IpAddr>().map_or(true, is_public)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_https_unless_allowed() {
        for good in [
            "https://example.com/hook?token=1",
            "https://1.1.1.1:8443/",
            "https://[2606:4700::1]/x",
        ] {
            assert_eq!(check_url(good, false).unwrap(), good);
        }
        for bad in [
            "http://example.com/",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://localhost/x",
            "https://LOCALHOST./x",
            "https://169.254.169.254/latest",
            "https://[::ffff:10.0.0.1]/",
            "https://u:p@example.com/",
            "https://example.com/#x",
            "ftp://example.com/",
            "example.com",
            "/path",
            "https://",
            "",
        ] {
            assert!(check_url(bad, false).is_err(), "{bad}");
        }
        for allowed in ["http://127.0.0.1:9000/x", "https://localhost/", "http://intern/"] {
            assert!(check_url(allowed, true).is_ok(), "{allowed}");
        }
        assert!(check_url("ftp://example.com/", true).is_err());
        assert!(!check_url("https://x/#s3cret", false).unwrap_err().to_string().contains("s3cret"));
    }
}
