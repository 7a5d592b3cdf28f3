//! Skips a step whose inputs are what they were: a hash of them is kept under `target/xtask`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::paths;

/// The inputs of a step, as a hash.
#[derive(Debug, Default)]
pub(crate) struct Inputs(Sha256);

impl Inputs {
    /// Adds a text: a version, an option.
    #[must_use]
    pub(crate) fn text(mut self, text: &str) -> Self {
        self.add(text.as_bytes());
        self
    }

    /// Adds a file; one that is missing counts as well.
    #[must_use]
    pub(crate) fn file(mut self, path: &Path) -> Self {
        self.add(&fs::read(path).unwrap_or_default());
        self
    }

    /// Adds all files below a folder, names and contents, less the folders named in `skipped`.
    pub(crate) fn folder(mut self, folder: &Path, skipped: &[&str]) -> Result<Self> {
        for path in files_below(folder, skipped)? {
            let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().into_owned();
            self.add(name.as_bytes());
            self = self.file(&path);
        }
        Ok(self)
    }

    fn add(&mut self, bytes: &[u8]) {
        self.0.update(bytes.len().to_le_bytes());
        self.0.update(bytes);
    }

    /// The stamp of the step `name` for these inputs.
    pub(crate) fn stamp(self, name: &str) -> Stamp {
        let file = paths::kept().join(format!("{name}.stamp"));
        Stamp { file, hash: hex(&self.0.finalize()) }
    }
}

/// A step's inputs now, to compare with those of its last success.
#[derive(Debug)]
pub(crate) struct Stamp {
    file: PathBuf,
    hash: String,
}

impl Stamp {
    /// Whether the step succeeded before on the same inputs.
    pub(crate) fn is_fresh(&self) -> bool {
        fs::read_to_string(&self.file).is_ok_and(|kept| kept == self.hash)
    }

    /// Keeps the stamp: the step succeeded.
    pub(crate) fn keep(&self) -> Result<()> {
        if let Some(folder) = self.file.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&self.file, &self.hash)
            .with_context(|| format!("cannot write {}", self.file.display()))
    }
}

/// The files below a folder in the order of their names.
pub(crate) fn files_below(folder: &Path, skipped: &[&str]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() && !skipped.iter().any(|name| entry.file_name() == *name) {
            files.extend(files_below(&entry.path(), skipped)?);
        } else if kind.is_file() {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").ok();
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(inputs: Inputs) -> String {
        inputs.stamp("test").hash
    }

    #[test]
    fn where_one_input_ends_counts() {
        let apart = hash(Inputs::default().text("ab").text("c"));
        assert_ne!(apart, hash(Inputs::default().text("a").text("bc")));
        assert_eq!(apart, hash(Inputs::default().text("ab").text("c")));
    }

    #[test]
    fn a_changed_renamed_or_skipped_file_counts() {
        let folder = std::env::temp_dir().join(format!("vouch-stamp-{}", std::process::id()));
        fs::create_dir_all(folder.join("dist")).unwrap();
        let now = || hash(Inputs::default().folder(&folder, &["dist"]).unwrap());
        fs::write(folder.join("a"), "1").unwrap();
        let first = now();
        fs::write(folder.join("a"), "2").unwrap();
        let changed = now();
        fs::rename(folder.join("a"), folder.join("b")).unwrap();
        let renamed = now();
        fs::write(folder.join("dist/x"), "new").unwrap();
        assert_eq!(renamed, now(), "what lies in a skipped folder does not count");
        assert!(first != changed && changed != renamed);
        fs::remove_dir_all(&folder).unwrap();
    }
}
