//! Secrets and signatures after Standard Webhooks 1.0 (<https://www.standardwebhooks.com>).

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// How many random bytes a secret has.
pub const SECRET_BYTES: usize = 32;
/// How the text of a secret begins.
const PREFIX: &str = "whsec_";

/// The secret of these random bytes, as its owner keeps it.
pub fn secret(random: [u8; SECRET_BYTES]) -> String {
    format!("{PREFIX}{}", BASE64_STANDARD.encode(random))
}

/// The header `webhook-signature` for a message: one signature for each secret. `None` where a
/// secret is not one of ours.
pub(crate) fn signatures(
    secrets: &[String],
    id: &str,
    timestamp_s: i64,
    body: &str,
) -> Option<String> {
    let sign = |secret: &String| {
        let key = BASE64_STANDARD.decode(secret.strip_prefix(PREFIX)?).ok()?;
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
        mac.update(format!("{id}.{timestamp_s}.{body}").as_bytes());
        Some(format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes())))
    };
    let all: Option<Vec<_>> = secrets.iter().map(sign).collect();
    all.map(|all| all.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification and of the published libraries.
    #[test]
    fn signs_as_published() {
        let secrets = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned()];
        let body = r#"{"test": 2432232314}"#;
        let signed = signatures(&secrets, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body);
        assert_eq!(signed.unwrap(), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn each_secret_signs() {
        let secrets = [secret([1; 32]), secret([2; 32])];
        let signed = signatures(&secrets, "msg_1", 1, "{}").unwrap();
        let each: Vec<_> = signed.split(' ').collect();
        assert_eq!(each.len(), 2);
        assert_eq!(each[1], signatures(&secrets[1..], "msg_1", 1, "{}").unwrap());
        assert_eq!(signatures(&["sk_1".to_owned()], "msg_1", 1, "{}"), None);
    }
}
