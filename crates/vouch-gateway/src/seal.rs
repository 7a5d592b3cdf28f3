//! Sealing provider keys: ChaCha20-Poly1305 (RFC 8439) with a random nonce in front.

use chacha20poly1305::aead::{Aead, AeadCore, KeyInit, OsRng, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use vouch_domain::id::ProjectId;

/// The sealed text cannot be opened with this key, or is not for this place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sealed key cannot be opened: it was sealed with another master key; enter it again")]
pub struct SealError;

/// Seals and opens secrets with the server's master key.
pub struct Sealer(ChaCha20Poly1305);

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer")
    }
}

const NONCE_BYTES: usize = 12;

impl Sealer {
    /// With a master key of 32 random bytes.
    pub fn new(master_key: [u8; 32]) -> Self {
        Self(ChaCha20Poly1305::new(&Key::from(master_key)))
    }

    /// The place of a provider's key.
    pub fn provider_place(project: ProjectId, provider: &str) -> String {
        format!("{project}/provider/{provider}")
    }

    /// Seals `secret` for `place` (e.g. `proj_.../provider/openai`): opening it anywhere else fails.
    ///
    /// # Errors
    /// Only for secrets beyond the cipher's limit of 256 GB.
    pub fn seal(&self, place: &str, secret: &str) -> Result<Vec<u8>, SealError> {
        let nonce = ChaCha20Poly1305::generate_nonce(&mut OsRng);
        let payload = Payload { msg: secret.as_bytes(), aad: place.as_bytes() };
        let sealed = self.0.encrypt(&nonce, payload).map_err(|_| SealError)?;
        Ok(nonce.into_iter().chain(sealed).collect())
    }

    /// Opens what was sealed for `place`.
    ///
    /// # Errors
    /// When it was changed, sealed with another key, or for another place.
    pub fn open(&self, place: &str, sealed: &[u8]) -> Result<String, SealError> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE_BYTES).ok_or(SealError)?;
        let nonce: [u8; NONCE_BYTES] = nonce.try_into().map_err(|_| SealError)?;
        let payload = Payload { msg: sealed, aad: place.as_bytes() };
        let opened = self.0.decrypt(&Nonce::from(nonce), payload).map_err(|_| SealError)?;
        String::from_utf8(opened).map_err(|_| SealError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_only_with_the_same_key_in_the_same_place() {
        let sealer = Sealer::new([7; 32]);
        let mut bytes = sealer.seal("a", "sk-secret").unwrap();
        assert!(!bytes.windows(9).any(|w| w == b"sk-secret"));
        assert_eq!(sealer.open("a", &bytes).unwrap(), "sk-secret");
        assert_eq!(sealer.open("b", &bytes), Err(SealError));
        assert_eq!(Sealer::new([8; 32]).open("a", &bytes), Err(SealError));
        bytes[20] ^= 1;
        assert_eq!(sealer.open("a", &bytes), Err(SealError));
        assert_eq!(sealer.open("a", b"short"), Err(SealError));
    }
}
