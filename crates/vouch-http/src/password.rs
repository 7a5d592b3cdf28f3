//! Passwords: argon2id with OWASP's parameters (m = 19456 KiB, t = 2, p = 1), off the async
//! threads and only so many at once.

use std::sync::LazyLock;

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;
use vouch_domain::Invalid;

/// The shortest password, in characters.
pub const MIN_CHARS: usize = 10;
/// The longest password, in bytes.
pub const MAX_BYTES: usize = 1024;
/// A hash takes 19 MiB and a core; more at once would let strangers take the machine.
const AT_ONCE: usize = 2;

static PERMITS: Semaphore = Semaphore::const_new(AT_ONCE);

/// What is verified when nobody has that e-mail, so that the answer takes as long.
static NOBODY: LazyLock<Result<String, PasswordError>> =
    LazyLock::new(|| hash_now(b"nobody has this password"));

/// Hashing failed; this is the machine's fault, not the password's.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the password could not be hashed: {0}")]
pub struct PasswordError(String);

/// Checks that a new password is long enough.
///
/// # Errors
/// At `pointer`; the password itself is not in the error.
pub fn check(pointer: &str, password: &str) -> Result<(), Invalid> {
    let chars = password.chars().count();
    if chars < MIN_CHARS || password.len() > MAX_BYTES {
        let expected = format!("a password of {MIN_CHARS} characters to {MAX_BYTES} bytes");
        return Err(Invalid::new(pointer, expected, format_args!("{chars} characters")));
    }
    Ok(())
}

/// The argon2id hash of a password, in PHC form.
///
/// # Errors
/// When memory or randomness is missing.
pub async fn hash(password: String) -> Result<String, PasswordError> {
    blocking(move || hash_now(password.as_bytes())).await
}

/// Whether `password` is the one that `hash` was made of. Without a hash it is not, after the
/// same amount of work.
///
/// # Errors
/// When memory is missing or the hash cannot be read.
pub async fn verify(password: String, hash: Option<String>) -> Result<bool, PasswordError> {
    blocking(move || {
        let known = hash.is_some();
        let hash = hash.map_or_else(|| NOBODY.clone(), Ok)?;
        let parsed = PasswordHash::new(&hash).map_err(|e| PasswordError(e.to_string()))?;
        match argon2()?.verify_password(password.as_bytes(), &parsed) {
            Ok(()) => Ok(known),
            Err(argon2::password_hash::Error::Password) => Ok(false),
            Err(e) => Err(PasswordError(e.to_string())),
        }
    })
    .await
}

/// The permit goes with the work: a caller that goes away does not end it, and must not make
/// room for more.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
) -> Result<T, PasswordError> {
    let failed = |e: &dyn std::fmt::Display| PasswordError(e.to_string());
    let permit = PERMITS.acquire().await.map_err(|e| failed(&e))?;
    let work = move || {
        let done = work();
        drop(permit);
        done
    };
    tokio::task::spawn_blocking(work).await.map_err(|e| failed(&e))?
}

fn argon2() -> Result<Argon2<'static>, PasswordError> {
    let params = Params::new(19_456, 2, 1, None).map_err(|e| PasswordError(e.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash_now(password: &[u8]) -> Result<String, PasswordError> {
    let failed = |e: &dyn std::fmt::Display| PasswordError(e.to_string());
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|e| failed(&e))?;
    let salt = SaltString::encode_b64(&salt).map_err(|e| failed(&e))?;
    let hash = argon2()?.hash_password(password, &salt).map_err(|e| failed(&e))?;
    Ok(hash.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_same_password_fits() {
        let hash = hash("correct horse".into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(verify("correct horse".into(), Some(hash.clone())).await.unwrap());
        assert!(!verify("wrong horse".into(), Some(hash)).await.unwrap());
        assert!(!verify("nobody has this password".into(), None).await.unwrap());
    }

    #[tokio::test]
    async fn work_keeps_its_place_when_its_caller_goes_away() {
        let mut callers = tokio::task::JoinSet::new();
        let mut ends = vec![];
        for _ in 0..AT_ONCE {
            let (started, running) = tokio::sync::oneshot::channel();
            let (end, ended) = std::sync::mpsc::channel::<()>();
            callers.spawn(blocking(move || {
                started.send(()).ok();
                ended.recv().ok();
                Ok(())
            }));
            running.await.unwrap();
            ends.push(end);
        }
        callers.shutdown().await;
        assert_eq!(PERMITS.available_permits(), 0);
        drop(ends);
        assert!(!verify("anything at all".into(), None).await.unwrap());
    }

    #[test]
    fn a_short_password_is_not_repeated_in_the_error() {
        let e = check("/password", "hunter2").unwrap_err();
        assert!(!e.to_string().contains("hunter2"));
        assert!(check("/password", "ten chars!").is_ok());
    }
}
