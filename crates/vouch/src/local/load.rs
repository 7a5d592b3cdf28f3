//! Gets and loads the local model in the background, while the server serves.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use vouch_model::{Ended, Engine, EngineOptions};

use super::provider::{BROKE_DOWN, LocalProvider};
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

/// Loads the model as soon as it is there, and again whenever it breaks down, until the server
/// stops. A model that is missing is fetched where that is wanted, and looked for again whenever
/// someone asks for it.
pub(crate) async fn keep_loaded(provider: Arc<LocalProvider>, loading: Loading) {
    let Loading { weights, options, fetch, stop } = &loading;
    let mut note = "the local model is being loaded: try again in a second";
    loop {
        let outcome = match weights.find() {
            Some(path) => serve(&provider, path, *options, note).await,
            None if *fetch => fetch_model(&provider, weights, stop).await.map(|()| Next::Load),
            None => {
                let (sentence, hint) = weights.missing();
                provider.wait_for(format!("{sentence}: {hint}"));
                Ok(Next::WaitUntilAsked)
            }
        };
        let patience = match outcome {
            _ if stop.is_cancelled() => return,
            Ok(Next::Stop) => return,
            Ok(Next::Load) => continue,
            Ok(Next::LoadAgain) => {
                tracing::error!("the local model broke down and is loaded again");
                note = BROKE_DOWN;
                continue;
            }
            Ok(Next::WaitUntilAsked) => Duration::ZERO,
            Err(error) => {
                let text = report(&error);
                tracing::error!(error = %text, "the local model cannot be used");
                provider.wait_for(format!(
                    "the local model cannot be used: {}",
                    text.replace('\n', "; ")
                ));
                BETWEEN_ATTEMPTS
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = async { tokio::time::sleep(patience).await; provider.asked().await } => {}
        }
    }
}

/// What follows an attempt to have the model.
enum Next {
    /// It has been fetched.
    Load,
    /// It served, and broke down. Only a request can have done that, so this does not spin.
    LoadAgain,
    /// It is not there.
    WaitUntilAsked,
    /// It served, and was stopped.
    Stop,
}

/// Loads the model, says `note` meanwhile, and serves with it until it ends.
async fn serve(
    provider: &LocalProvider,
    path: PathBuf,
    options: EngineOptions,
    note: &str,
) -> anyhow::Result<Next> {
    provider.wait_for(note);
    let name = crate::weights::model_name(&path);
    let shown = path.display().to_string();
    let started = std::time::Instant::now();
    let engine = tokio::task::spawn_blocking(move || Engine::load(&path, options)).await??;
    let load_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::info!(model = name, path = shown, load_ms, "the local model is ready");
    let engine = Arc::new(engine);
    provider.serve_with(Arc::clone(&engine), &name);
    Ok(match engine.ended().await {
        Ended::ShutDown => Next::Stop,
        Ended::Panicked => Next::LoadAgain,
    })
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
