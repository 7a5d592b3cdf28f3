//! The master key of this server, and the keys derived from it.

use std::fs;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use anyhow::Context;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::clock::random;
use crate::database::OWNER;
use crate::failure::Failure;

/// The environment variable that wins over the file.
pub(crate) const VARIABLE: &str = "VOUCH_MASTER_KEY";
/// The file's name in the data folder.
pub(crate) const FILE: &str = "secret.key";

const HOW_TO_MAKE: &str = "make one with `openssl rand -base64 32`";

/// What the server keeps secret. One master key, so that one thing is to be kept safe.
pub(crate) struct Secrets {
    /// Seals the keys of providers.
    pub(crate) seal: [u8; 32],
    /// Signs feedback tokens.
    pub(crate) token: [u8; 32],
}

impl Secrets {
    /// Reads the master key from `variable` (the value of [`VARIABLE`]) or the file in `data`,
    /// which is made when it is absent.
    pub(crate) fn load(data: &Path, variable: Option<&str>) -> anyhow::Result<Self> {
        let master = match variable {
            Some(text) => decode(text).ok_or_else(|| {
                Failure::new(format!("{VARIABLE} is not 32 bytes in base64")).hint(HOW_TO_MAKE)
            })?,
            None => from_file(&data.join(FILE))?,
        };
        Ok(Self {
            seal: derive(&master, "vouch/provider-keys/v1"),
            token: derive(&master, "vouch/feedback-tokens/v1"),
        })
    }
}

/// Whether others may read the key file; `Err` says how to mend that.
fn check_permissions(path: &Path) -> anyhow::Result<()> {
    let found = fs::metadata(path).with_context(|| unreadable(path))?;
    let mode = found.permissions().mode() & 0o777;
    if !open_to_others(mode) {
        return Ok(());
    }
    let path = path.display();
    Err(Failure::new(format!("other users may read the master key in {path} (mode {mode:04o})"))
        .hint(format!(
            "run `chmod 600 {path}`; if someone else was on this machine, make a new key"
        ))
        .into())
}

/// Whether anybody but the owner may do anything with a file or folder of that mode.
pub(crate) fn open_to_others(mode: u32) -> bool {
    mode & 0o077 != 0
}

fn from_file(path: &Path) -> anyhow::Result<[u8; 32]> {
    let shown = path.display();
    match fs::metadata(path) {
        Err(e) if e.kind() == ErrorKind::NotFound => make(path).with_context(|| {
            Failure::new(format!("cannot write the master key to {shown}")).hint(OWNER)
        })?,
        _ => {}
    }
    check_permissions(path)?;
    let text = fs::read_to_string(path).with_context(|| unreadable(path))?;
    decode(&text).ok_or_else(|| {
        Failure::new(format!("{shown} does not hold 32 bytes in base64"))
            .hint(
                "restore it from a backup; without it, sealed provider keys must be entered again",
            )
            .into()
    })
}

fn unreadable(path: &Path) -> Failure {
    Failure::new(format!("cannot read the master key in {}", path.display())).hint(OWNER)
}

/// Writes a new key beside `path` and links it there, so that of two servers that start at once
/// both read the same, whole key.
fn make(path: &Path) -> std::io::Result<()> {
    let name: [u8; 8] = random();
    let draft = path.with_extension(format!("key.{:016x}", u64::from_be_bytes(name)));
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    writeln!(file, "{}", BASE64_STANDARD.encode(random::<32>()))?;
    file.sync_all()?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match linked {
        Err(e) if e.kind() != ErrorKind::AlreadyExists => Err(e),
        _ => fs::File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all(),
    }
}

fn decode(text: &str) -> Option<[u8; 32]> {
    BASE64_STANDARD.decode(text.trim()).ok()?.try_into().ok()
}

/// HMAC-SHA256 of the label under the master key: independent keys for independent purposes.
fn derive(master: &[u8; 32], label: &str) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(master).expect("HMAC takes keys of any length");
    mac.update(label.as_bytes());
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_made_once_and_private() {
        let dir = tempfile::tempdir().unwrap();
        let first = Secrets::load(dir.path(), None).unwrap();
        let again = Secrets::load(dir.path(), None).unwrap();
        assert_eq!((first.seal, first.token), (again.seal, again.token));
        assert_ne!(first.seal, first.token);
        let mode = fs::metadata(dir.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_others_may_read_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        Secrets::load(dir.path(), None).unwrap();
        let path = dir.path().join(FILE);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let error = Secrets::load(dir.path(), None).err().unwrap();
        let report = crate::failure::report(&error);
        assert!(
            report.contains("(mode 0640)") && report.contains("hint: run `chmod 600"),
            "{report}"
        );
    }

    #[test]
    fn the_variable_wins_and_must_be_32_bytes() {
        let dir = tempfile::tempdir().unwrap();
        let key = BASE64_STANDARD.encode([7; 32]);
        Secrets::load(dir.path(), Some(&key)).unwrap();
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
        assert!(Secrets::load(dir.path(), Some("c2hvcnQ=")).is_err());
    }
}
