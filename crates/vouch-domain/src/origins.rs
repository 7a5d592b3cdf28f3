//! From which pages feedback may come: the allowed origins of a project.

use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Invalid;

/// The origins of the pages that may give feedback with a token.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AllowedOrigins {
    /// At most 100; null for any. The server's own pages always may, and so they alone with an
    /// empty list.
    // Must be there: leaving it out by mistake would open the project to every page.
    #[serde(deserialize_with = "Option::deserialize")]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub origins: Option<Vec<OriginRule>>,
}

/// The most origins that a project may list.
pub const MAX_ORIGINS: usize = 100;

impl AllowedOrigins {
    /// Checks how many there are, and leaves out what is there twice.
    ///
    /// # Errors
    /// At `/origins`.
    pub fn check(mut self) -> Result<Self, Invalid> {
        let Some(origins) = &mut self.origins else { return Ok(self) };
        let mut seen = std::collections::HashSet::new();
        origins.retain(|rule| seen.insert(rule.clone()));
        if origins.len() > MAX_ORIGINS {
            let expected = format!("at most {MAX_ORIGINS} origins, or null for any");
            return Err(Invalid::new("/origins", expected, origins.len()));
        }
        Ok(self)
    }

    /// Whether a page may give feedback whose browser sent this header `Origin`.
    pub fn allow(&self, origin: &str) -> bool {
        let Some(origins) = &self.origins else { return true };
        origins.iter().any(|rule| rule.fits(origin))
    }
}

/// One origin (`https://app.example.com`, `http://localhost:3000`), or all subdomains of a domain
/// (`https://*.example.com`, which is not `https://example.com` itself). Written as browsers write
/// the header `Origin` (RFC 6454, 6.2): in lower case, without the scheme's usual port.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OriginRule(String);

/// Why a text is no origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OriginError {
    /// It has another scheme, or none.
    #[error("expected http:// or https:// at the beginning, as in https://app.example.com")]
    Scheme,
    /// It goes on behind the host and the port.
    #[error("expected nothing behind the host and the port, as in https://app.example.com")]
    Path,
    /// The host cannot be one.
    #[error(
        "expected a host in ASCII letters, as in https://app.example.com or http://localhost:3000"
    )]
    Host,
    /// The port cannot be one.
    #[error("expected a port from 1 to 65535, as in http://localhost:3000")]
    Port,
    /// A star where none may be.
    #[error("expected a star only as the first part of a domain, as in https://*.example.com")]
    Star,
}

impl OriginRule {
    /// The rule as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether an origin, as a browser writes it, is one of those that the rule names.
    pub fn fits(&self, origin: &str) -> bool {
        let Some((scheme, domain)) = self.0.split_once('*') else { return origin == self.0 };
        let below = origin.strip_prefix(scheme).and_then(|host| host.strip_suffix(domain));
        below.is_some_and(|below| below.split('.').all(is_label))
    }
}

impl FromStr for OriginRule {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        let text = text.trim().to_ascii_lowercase();
        let (scheme, rest) = text.split_once("://").ok_or(OriginError::Scheme)?;
        let usual_port = match scheme {
            "http" => "80",
            "https" => "443",
            _ => return Err(OriginError::Scheme),
        };
        // An address that was copied from a browser ends with a slash.
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if rest.contains(['/', '?', '#', '@']) {
            return Err(OriginError::Path);
        }
        let split = rest.rfind(':').filter(|at| !rest[*at..].contains(']'));
        let (host, port) = split.map_or((rest, None), |at| (&rest[..at], Some(&rest[at + 1..])));
        let host = checked_host(host)?;
        let port = port.map(checked_port).transpose()?.filter(|port| port != usual_port);
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        Ok(Self(format!("{scheme}://{host}{port}")))
    }
}

fn checked_port(text: &str) -> Result<String, OriginError> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    let port = text.parse::<u16>().ok().filter(|port| digits && *port > 0);
    port.map(|port| port.to_string()).ok_or(OriginError::Port)
}

fn checked_host(host: &str) -> Result<String, OriginError> {
    if let Some(address) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        let address: Ipv6Addr = address.parse().map_err(|_| OriginError::Host)?;
        return Ok(format!("[{address}]"));
    }
    let domain = host.strip_prefix("*.").unwrap_or(host);
    if domain.contains('*') {
        return Err(OriginError::Star);
    }
    if host.len() > 253 || !domain.split('.').all(is_label) {
        return Err(OriginError::Host);
    }
    // All of a top level would be everybody, and an address has no subdomains.
    let last = domain.rsplit('.').next().unwrap_or_default();
    let wide = domain != "localhost" && !domain.contains('.');
    if domain.len() < host.len() && (wide || last.bytes().all(|b| b.is_ascii_digit())) {
        return Err(OriginError::Star);
    }
    Ok(host.to_owned())
}

/// One part of a domain, in lower case. Browsers open hosts with an underscore as well.
fn is_label(part: &str) -> bool {
    let known = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
    (1..=63).contains(&part.len()) && part.bytes().all(known)
}

impl TryFrom<String> for OriginRule {
    type Error = OriginError;
    fn try_from(text: String) -> Result<Self, OriginError> {
        text.parse()
    }
}

impl From<OriginRule> for String {
    fn from(rule: OriginRule) -> Self {
        rule.0
    }
}

impl fmt::Display for OriginRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for OriginRule {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::schema::{ObjectBuilder, Type};
        let example = "https://app.example.com";
        ObjectBuilder::new().schema_type(Type::String).examples([example]).build().into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for OriginRule {}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str) -> Result<String, OriginError> {
        text.parse::<OriginRule>().map(String::from)
    }

    #[test]
    fn rules_are_written_as_browsers_write_origins() {
        for (came, kept) in [
            ("https://app.example.com", "https://app.example.com"),
            (" HTTPS://App.Example.com:443/ ", "https://app.example.com"),
            ("http://localhost:03000", "http://localhost:3000"),
            ("http://127.0.0.1:80", "http://127.0.0.1"),
            ("https://127.0.0.1:80", "https://127.0.0.1:80"),
            ("http://[0:0::1]:8080", "http://[::1]:8080"),
            ("https://*.example.com:8443", "https://*.example.com:8443"),
            ("http://*.localhost:3000", "http://*.localhost:3000"),
            ("https://xn--mnchen-3ya.example", "https://xn--mnchen-3ya.example"),
        ] {
            assert_eq!(rule(came).as_deref(), Ok(kept), "{came}");
        }
    }

    #[test]
    fn what_is_no_origin_is_refused_with_the_reason() {
        for (came, why) in [
            ("", OriginError::Scheme),
            ("*", OriginError::Scheme),
            ("null", OriginError::Scheme),
            ("app.example.com", OriginError::Scheme),
            ("ftp://app.example.com", OriginError::Scheme),
            ("https://app.example.com/feedback", OriginError::Path),
            ("https://app.example.com?x", OriginError::Path),
            ("https://u:p@app.example.com", OriginError::Path),
            ("https://", OriginError::Host),
            ("https://app..example.com", OriginError::Host),
            ("https://münchen.example", OriginError::Host),
            ("https://[::1", OriginError::Host),
            ("https://a b.example", OriginError::Host),
            ("https://a.example:", OriginError::Port),
            ("https://a.example:0", OriginError::Port),
            ("https://a.example:+80", OriginError::Port),
            ("https://a.example:65536", OriginError::Port),
            ("https://*", OriginError::Star),
            ("https://*.com", OriginError::Star),
            ("https://*.*.example.com", OriginError::Star),
            ("https://app*.example.com", OriginError::Star),
            ("https://*.0.0.1", OriginError::Star),
        ] {
            assert_eq!(rule(came), Err(why), "{came}");
        }
    }

    #[test]
    fn only_the_origins_that_are_meant_fit() {
        let check = |rules: &[&str], origin: &str| {
            let origins = rules.iter().map(|rule| rule.parse().unwrap()).collect();
            AllowedOrigins { origins: Some(origins) }.allow(origin)
        };
        let rules = ["https://app.example.com", "http://localhost:3000", "https://*.example.org"];
        for origin in [
            "https://app.example.com",
            "http://localhost:3000",
            "https://a.example.org",
            "https://a.b-c.example.org",
        ] {
            assert!(check(&rules, origin), "{origin}");
        }
        for origin in [
            "null",
            "",
            "http://app.example.com",
            "https://app.example.com:8443",
            "https://app.example.com.evil.example",
            "https://evil.example?https://app.example.com",
            "http://localhost",
            "http://localhost:30000",
            "https://example.org",
            "https://.example.org",
            "https://a..example.org",
            "https://evilexample.org",
            "http://a.example.org",
            "https://a.example.org:444",
            "https://evil.example/.example.org",
            "https://evil.example:1.example.org",
            "https://evil.example#.example.org",
            "https://u@.example.org",
        ] {
            assert!(!check(&rules, origin), "{origin}");
        }
        assert!(!check(&[], "https://app.example.com"));
        assert!(AllowedOrigins { origins: None }.allow("null"));
    }

    #[test]
    fn a_list_is_short_and_names_nothing_twice() {
        let parse = |text: &str| serde_json::from_str::<AllowedOrigins>(text);
        let twice = parse(r#"{"origins": ["https://a.example", "https://A.example:443"]}"#);
        let kept = serde_json::to_string(&twice.unwrap().check().unwrap()).unwrap();
        assert_eq!(kept, r#"{"origins":["https://a.example"]}"#);
        let many = (0..=MAX_ORIGINS).map(|n| format!("https://a{n}.example").parse().unwrap());
        let e = AllowedOrigins { origins: Some(many.collect()) }.check().unwrap_err();
        assert_eq!(e.pointer.to_string(), "/origins");
        assert!(parse("{}").is_err(), "nothing is not any");
        assert_eq!(parse(r#"{"origins": null}"#).unwrap(), AllowedOrigins::default());
    }
}
