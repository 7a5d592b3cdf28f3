//! `vouch model`: gets the local model, or says where it is.

use anyhow::bail;

use crate::cli::{ModelCommand, storage_only};
use crate::desk::make_data_folder;
use crate::failure::Failure;
use crate::output::{line, note, table};
use crate::settings::{Given, Settings};
use crate::weights::{Progress, Source, Weights, model_name};

/// Runs it.
pub(crate) async fn run(command: ModelCommand) -> anyhow::Result<()> {
    match command {
        ModelCommand::Pull { from, storage } => {
            let settings = Settings::resolve(storage_only(storage))?;
            make_data_folder(&settings.data)?;
            let weights = Weights::new(&settings.data, None);
            let source = from.as_deref().map_or(Source::Anywhere, Source::from);
            let pull = move || weights.pull(&source, &Progress::terminal());
            let path = tokio::task::spawn_blocking(pull).await??;
            note("the model is there:");
            line(path.display())?;
        }
        ModelCommand::List { storage, model } => {
            let weights = weights(Given { storage, model, ..Given::default() })?;
            let used = weights.find();
            let mut files = weights.list();
            files.extend(used.iter().filter(|path| !path.starts_with(weights.folder())).cloned());
            let rows: Vec<_> = files
                .iter()
                .map(|path| {
                    let bytes = std::fs::metadata(path).map_or(0, |file| file.len());
                    let mark = if Some(path) == used.as_ref() { "in use" } else { "" };
                    let size = format!("{} MB", bytes / 1_000_000);
                    vec![model_name(path), size, mark.into(), path.display().to_string()]
                })
                .collect();
            if rows.is_empty() {
                bail!(missing(&weights));
            }
            table(&["MODEL", "SIZE", "", "PATH"], &rows)?;
        }
        ModelCommand::Path { storage, model } => {
            let weights = weights(Given { storage, model, ..Given::default() })?;
            match weights.find() {
                Some(path) => line(path.display())?,
                None => bail!(missing(&weights)),
            }
        }
    }
    Ok(())
}

fn missing(weights: &Weights) -> Failure {
    let (sentence, hint) = weights.missing();
    Failure::new(sentence).hint(hint)
}

fn weights(given: Given) -> anyhow::Result<Weights> {
    let settings = Settings::resolve(given)?;
    Ok(Weights::new(&settings.data, settings.model_path))
}
