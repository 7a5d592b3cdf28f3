//! Gets and loads the local model in the background, while the server serves.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use vouch_model::{Engine, EngineOptions};

use super::LocalProvider;
use crate::failure::report;
use crate::output::note;
use crate::weights::{Progress, Source, Tell, Weights};

/// How the model is got and loaded.
#[derive(Debug, Clone)]
pub(crate) struct Loading {
    /// Where the model is.
    pub(crate) weights: Weights,
    /// How the engine uses the machine.
    pub(crate) options: EngineOptions,
    /// Whether a missing model is fetched.
    pub(crate) fetch: bool,
    /// The server stops.
    pub(crate) stop: CancellationToken,
}

/// After a failure, a new attempt waits so long, and then for someone to ask for the model.
const BETWEEN_ATTEMPTS: Duration = Duration::from_secs(10);

/// Loads the model as soon as it is there, and returns. A model that is missing is fetched where
/// that is wanted, and looked for again whenever someone asks for it.
pub(crate) async fn keep_loaded(provider: Arc<LocalProvider>, loading: Loading) {
    loop {
        let Loading { weights, fetch, stop, .. } = &loading;
        let path = weights.find();
        let outcome = match path {
            Some(path) => load(&provider, path, loading.options).await.map(|()| true),
            None if *fetch => fetch_model(&provider, weights, stop).await.map(|()| false),
            None => {
                let (sentence, hint) = weights.missing();
                provider.wait_for(format!("{sentence}: {hint}"));
                Ok(false)
            }
        };
        let (done, patience) = match outcome {
            Ok(done) => (done || stop.is_cancelled(), Duration::ZERO),
            Err(_) if stop.is_cancelled() => return,
            Err(error) => {
                let text = report(&error);
                tracing::error!(error = %text, "the local model cannot be used");
                provider.wait_for(format!(
                    "the local model cannot be used: {}",
                    text.replace('\n', "; ")
                ));
                (false, BETWEEN_ATTEMPTS)
            }
        };
        if done {
            return;
        }
        if weights.find().is_some() && patience.is_zero() {
            continue;
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = async { tokio::time::sleep(patience).await; provider.asked().await } => {}
        }
    }
}

async fn load(
    provider: &Arc<LocalProvider>,
    path: std::path::PathBuf,
    options: EngineOptions,
) -> anyhow::Result<()> {
    provider.wait_for("the local model is being loaded: try again in a second");
    let name = crate::weights::model_name(&path);
    let shown = path.display().to_string();
    let started = std::time::Instant::now();
    let engine = tokio::task::spawn_blocking(move || Engine::load(&path, options)).await??;
    let load_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::info!(model = name, path = shown, load_ms, "the local model is ready");
    provider.serve_with(engine, &name);
    Ok(())
}

async fn fetch_model(
    provider: &Arc<LocalProvider>,
    weights: &Weights,
    stop: &CancellationToken,
) -> anyhow::Result<()> {
    provider.wait_for("the local model is being fetched: try again in a minute");
    let (weights, told) = (weights.clone(), Arc::clone(provider));
    let terminal = Progress::terminal();
    let progress = Progress::new(stop.clone(), move |tell| {
        if let Tell::Bytes { done, total: Some(total), .. } = tell {
            let (done, total) = (done / 1_000_000, total / 1_000_000);
            told.wait_for(format!("the local model is being fetched: {done} of {total} MB"));
        }
        terminal.tell(tell);
    });
    let path =
        tokio::task::spawn_blocking(move || weights.pull(&Source::Anywhere, &progress)).await??;
    note(format_args!("the local model is in {}", path.display()));
    Ok(())
}
