//! Making secrets – API keys, sessions, sign-in links – and the hashes that are kept of them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use vouch_domain::Time;

/// How long a sign-in link works: three days, so that an invitation survives a weekend.
pub const SIGNIN_LINK_TTL_S: i64 = 3 * 24 * 3600;
/// How long a session lasts: 30 days.
pub const SESSION_TTL_S: i64 = 30 * 24 * 3600;

/// A secret that was just made: its text goes to its owner once, its hash to the store.
pub struct Secret {
    /// What the owner keeps.
    pub text: String,
    /// SHA-256 of the text, hexadecimal: what the store keeps.
    pub sha256: String,
}

// No `Debug` on purpose: a secret must not reach the diagnostics by accident.

impl Secret {
    /// A new API key: `vk_` and 32 characters that carry 192 random bits.
    pub fn api_key() -> Self {
        Self::of(format!("vk_{}", random_text::<24>()))
    }

    /// A new session or sign-in link: 256 random bits.
    pub fn token() -> Self {
        Self::of(random_text::<32>())
    }

    /// A secret that somebody chose, e.g. in `VOUCH_ADMIN_KEY`.
    pub fn of(text: String) -> Self {
        let sha256 = sha256_hex(text.as_bytes());
        Self { text, sha256 }
    }

    /// The first quarter, but no more than 10 characters, to recognise a key by.
    pub fn prefix(&self) -> String {
        let quarter = self.text.chars().count() / 4;
        self.text.chars().take(quarter.min(10)).collect()
    }
}

/// The page that signs in whoever opens it, once. The token is behind `#`, so that no server or
/// proxy on the way sees it in a URL.
pub fn signin_url(public_url: &str, token: &str) -> String {
    format!("{public_url}/signin#{token}")
}

/// The page on which an invited person says who they are; its token is behind `#` as well.
pub fn invitation_url(public_url: &str, token: &str) -> String {
    format!("{public_url}/invite#{token}")
}

/// When a link made `now` ends.
pub const fn signin_link_ends(now: Time) -> Time {
    now.plus_s(SIGNIN_LINK_TTL_S)
}

/// When a session opened `now` ends.
pub const fn session_ends(now: Time) -> Time {
    now.plus_s(SESSION_TTL_S)
}

/// SHA-256, hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut hex, byte| {
        // Writing to a `String` cannot fail.
        write!(hex, "{byte:02x}").ok();
        hex
    })
}

/// `N` random bytes as base64url.
fn random_text<const N: usize>() -> String {
    URL_SAFE_NO_PAD.encode(random::<N>())
}

/// `N` random bytes.
///
/// # Panics
/// When the operating system has no randomness: nothing secret can be made then.
#[expect(clippy::expect_used, reason = "without randomness the server must not go on")]
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives randomness");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_their_form_and_show_their_beginning() {
        let key = Secret::api_key();
        assert_eq!((key.text.len(), &key.text[..3]), (35, "vk_"));
        assert_eq!(key.prefix(), key.text[..8]);
        assert_ne!(key.text, Secret::api_key().text);
        assert_eq!(key.sha256, sha256_hex(key.text.as_bytes()));
    }

    #[test]
    fn a_chosen_key_shows_at_most_a_quarter() {
        assert_eq!(Secret::of("swordfish123".into()).prefix(), "swo");
        assert_eq!(Secret::of("vk_swordfish_123".into()).prefix(), "vk_s");
        assert_eq!(Secret::of("x".repeat(64)).prefix().len(), 10);
    }

    #[test]
    fn hashes_as_published() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256_hex(b"abc"), abc); // FIPS 180-2, B.1
    }
}
