//! Feedback tokens: leave for a browser to give feedback on one log until a moment, and nothing
//! else. `vft_` PAYLOAD `.` MAC, both base64url; the MAC is HMAC-SHA256 over the payload.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use vouch_domain::Time;
use vouch_domain::id::{LogId, ProjectId};

/// What a token allows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Leave {
    /// The tenant.
    #[serde(rename = "p")]
    pub(crate) project: ProjectId,
    /// The log that feedback may be given on.
    #[serde(rename = "l")]
    pub(crate) log: LogId,
    /// The application's user who gives it.
    #[serde(rename = "u", default, skip_serializing_if = "Option::is_none")]
    pub(crate) user: Option<String>,
    /// Until when, in microseconds since 1970.
    #[serde(rename = "e")]
    pub(crate) expires_us: i64,
}

/// Why a token gives no leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TokenError {
    #[error("The feedback token is not one of this server's.")]
    Forged,
    #[error("The feedback token has expired; get a new one for the log.")]
    Expired,
}

const PREFIX: &str = "vft_";
/// Keeps these MACs apart from any other use of the same secret.
const PURPOSE: &[u8] = b"vouch feedback token 1\0";

impl Leave {
    /// The token that carries this leave.
    pub(crate) fn sign(&self, secret: &[u8; 32]) -> Result<String, serde_json::Error> {
        let payload = serde_json::to_vec(self)?;
        let tag = mac(secret, &payload).finalize().into_bytes();
        Ok(format!("{PREFIX}{}.{}", URL_SAFE_NO_PAD.encode(payload), URL_SAFE_NO_PAD.encode(tag)))
    }

    /// Reads a token; the MAC is compared in constant time, before anything else is looked at.
    pub(crate) fn open(secret: &[u8; 32], token: &str, now: Time) -> Result<Self, TokenError> {
        let parts = token.strip_prefix(PREFIX).and_then(|rest| rest.split_once('.'));
        let (payload, tag) = parts.ok_or(TokenError::Forged)?;
        let decode = |text| URL_SAFE_NO_PAD.decode(text).map_err(|_| TokenError::Forged);
        let (payload, tag) = (decode(payload)?, decode(tag)?);
        mac(secret, &payload).verify_slice(&tag).map_err(|_| TokenError::Forged)?;
        let leave: Self = serde_json::from_slice(&payload).map_err(|_| TokenError::Forged)?;
        if now.micros() >= leave.expires_us { Err(TokenError::Expired) } else { Ok(leave) }
    }
}

#[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
fn mac(secret: &[u8; 32], payload: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("any length is a key");
    mac.update(PURPOSE);
    mac.update(payload);
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_opens_only_whole_in_time_and_with_its_secret() {
        let at = Time::from_micros(1_000_000);
        let leave = Leave {
            project: ProjectId::new(at, [1; 10]),
            log: LogId::new(at, [2; 10]),
            user: Some("ann".into()),
            expires_us: at.plus_s(60).micros(),
        };
        let token = leave.sign(&[7; 32]).unwrap();
        assert_eq!(Leave::open(&[7; 32], &token, at), Ok(leave));
        assert_eq!(Leave::open(&[7; 32], &token, at.plus_s(60)), Err(TokenError::Expired));
        assert_eq!(Leave::open(&[8; 32], &token, at), Err(TokenError::Forged));
        for i in 0..token.len() {
            let mut bent = token.clone().into_bytes();
            bent[i] = if bent[i] == b'A' { b'B' } else { b'A' };
            let bent = String::from_utf8(bent).unwrap();
            // The last character of base64 carries unused bits; ours refuses those as well.
            assert_eq!(Leave::open(&[7; 32], &bent, at), Err(TokenError::Forged), "{i}");
        }
    }
}
