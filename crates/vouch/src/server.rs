//! `vouch serve` and `vouch demo`: wires the rooms together, serves, and stops without loss.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use vouch_domain::clock::Clock;
use vouch_gateway::{Gateway, GatewayOptions, Sealer};
use vouch_hooks::Deliverer;
use vouch_http::Deps;
use vouch_http::secret::Secret;
use vouch_model::EngineOptions;
use vouch_review::OpinionCache;
use vouch_store::Store;

use crate::clock::SystemClock;
use crate::command::user;
use crate::database;
use crate::desk::{Desk, make_data_folder};
use crate::failure::Failure;
use crate::local::{Loading, LocalProvider, keep_loaded};
use crate::output::{line, note};
use crate::secret::{self, Secrets};
use crate::settings::Settings;
use crate::signals::Signals;
use crate::weights::Weights;
use crate::{alerts, retention, rules, setup, telemetry, weigh};

/// How the server was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// `vouch serve`
    Serve,
    /// `vouch demo`
    Demo,
}

// Docker kills after 10 s: all that a stop may take is less.
/// How long calls in flight may take to end once the server stops.
const GRACE: Duration = Duration::from_secs(5);
/// How long the logs of what was in flight may take to be written after that.
const DRAIN: Duration = Duration::from_secs(2);
/// How long the database may take to be closed after that.
const CLOSE: Duration = Duration::from_secs(1);
/// How often what has expired is removed from the database.
const PRUNE: Duration = Duration::from_hours(1);

/// Serves until a signal comes.
pub(crate) async fn run(settings: Settings, mode: Mode) -> anyhow::Result<()> {
    telemetry::start(&settings, "info")?;
    raise_file_limit();
    // Before anybody learns that we are there, and may want to stop us.
    let mut signals = Signals::listen()?;
    let Opened { listener, address, secrets, store, new_key, link } = tokio::select! {
        opened = open(&settings, mode) => opened?,
        () = signals.next() => return Ok(()),
    };
    let listening = listener.local_addr()?;
    let weights = Weights::new(&settings.data, settings.model_path.clone());
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let local = Arc::new(LocalProvider::new(Arc::clone(&clock), weights.expected_name()));
    let sealer = Arc::new(Sealer::new(secrets.seal));
    let gateway = Gateway::new(
        Arc::clone(&store),
        Arc::clone(&clock),
        Arc::clone(&sealer),
        Some(Arc::<LocalProvider>::clone(&local)),
        &GatewayOptions::default(),
    );
    let stop = CancellationToken::new();
    let mut tasks = JoinSet::new();
    let opener = Arc::clone(&sealer);
    let deliverer = Deliverer::new(
        Arc::clone(&store),
        Arc::clone(&clock),
        Arc::new(move |place, sealed| opener.open(place, sealed).ok()),
        settings.webhook_allow_private,
    );
    tasks.spawn(deliverer.keep(stop.clone()));
    tasks.spawn(alerts::keep(Arc::clone(&store), Arc::clone(&clock), stop.clone()));
    let fetch = mode == Mode::Demo && weights.can_be_fetched();
    let options = engine_options(&settings);
    let loading = Loading { weights, options, fetch, stop: stop.clone() };
    tasks.spawn(keep_loaded(Arc::clone(&local), loading));
    tasks.spawn(prune(Arc::clone(&store), Arc::clone(&clock), stop.clone()));
    tasks.spawn(rules::keep(Arc::clone(&store), Arc::clone(&clock), stop.clone()));
    let opinions = Arc::new(OpinionCache::default());
    let weighing = (Arc::clone(&store), Arc::clone(&opinions), Arc::clone(&clock));
    tasks.spawn(weigh::keep(weighing, stop.clone()));
    tasks.spawn(retention::keep(Arc::clone(&store), settings.data.clone(), stop.clone()));

    let app = vouch_http::app(Deps {
        store: Arc::clone(&store),
        opinions,
        gateway: Arc::clone(&gateway),
        clock,
        sealer,
        token_secret: secrets.token,
        public_url: address,
        trusted_proxies: settings.trusted_proxies.clone().into(),
        webhook_allow_private: settings.webhook_allow_private,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        shutdown: stop.clone(),
    });
    line(format_args!("listening on http://{listening}"))?;
    if let Some(key) = new_key {
        line(format_args!("admin key (shown once): {}", key.text))?;
    }
    if let Some(link) = link {
        line(format_args!("open {link}"))?;
        introduce(fetch);
    }
    until_signalled(vouch_http::serve(listener, app, stop.clone()), signals, &stop).await;

    // Whoever still generates is cut off, so that its log can be written.
    let cut_off = tokio::task::spawn_blocking(move || local.stop());
    let drained = async { tokio::join!(cut_off, gateway.shutdown()).0 };
    if !matches!(timeout(DRAIN, drained).await, Ok(Ok(()))) {
        tracing::error!("some logs of calls in flight could not be written in time");
    }
    tasks.shutdown().await;
    if timeout(CLOSE, store.close()).await.is_err() {
        tracing::error!("the database could not be closed in time");
    }
    note("stopped");
    Ok(())
}

/// Lets us open as many files as we may: each connection is one, and the usual 1,024 are few.
fn raise_file_limit() {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, ..limit };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::warn!(%error, "the limit of open files stays as it was");
    }
}

/// Removes what has expired, now and every hour, until the server stops.
async fn prune(store: Arc<dyn Store>, clock: Arc<dyn Clock>, stop: CancellationToken) {
    let mut hours = tokio::time::interval(PRUNE);
    loop {
        tokio::select! {
            _ = hours.tick() => {}
            () = stop.cancelled() => return,
        }
        match store.prune(clock.now()).await {
            Ok(rows) => tracing::debug!(rows, "what has expired is removed"),
            Err(error) => tracing::warn!(%error, "what has expired was not removed"),
        }
    }
}

/// What is there before the server serves.
struct Opened {
    listener: TcpListener,
    /// The address that people open.
    address: String,
    secrets: Secrets,
    store: Arc<dyn Store>,
    /// The first admin key, to be shown once.
    new_key: Option<Secret>,
    /// Signs in the person of a demonstration.
    link: Option<String>,
}

/// Takes the address, opens the database and makes what the first start makes.
async fn open(settings: &Settings, mode: Mode) -> anyhow::Result<Opened> {
    // Before anything is made, so that a second start on the same address changes nothing.
    let listener = bind(settings).await?;
    let address = settings.address(listener.local_addr()?);
    make_data_folder(&settings.data)?;
    warn_of_open_folder(settings);
    let secrets = Secrets::load(&settings.data, std::env::var(secret::VARIABLE).ok().as_deref())?;
    let store = database::open(settings, !settings.no_migrate).await?;
    let project = setup::project(&*store).await?;
    let desk = Desk::new(Arc::clone(&store), project);
    setup::local_provider(&desk).await?;
    let new_key = setup::admin_key(&desk, std::env::var(setup::ADMIN_KEY).ok()).await?;
    let link = match mode {
        Mode::Serve => None,
        Mode::Demo => {
            let weights = Weights::new(&settings.data, settings.model_path.clone());
            let person = setup::demonstration(&desk, &weights.expected_name()).await?;
            Some(user::signin_link(&desk, &person, &address).await?)
        }
    };
    Ok(Opened { listener, address, secrets, store, new_key, link })
}

async fn bind(settings: &Settings) -> anyhow::Result<TcpListener> {
    TcpListener::bind(settings.listen).await.with_context(|| {
        Failure::new(format!("cannot listen on {}", settings.listen))
            .hint("stop what uses that address, or choose another: --listen 127.0.0.1:0")
    })
}

fn engine_options(settings: &Settings) -> EngineOptions {
    let defaults = EngineOptions::default();
    EngineOptions { threads: settings.model_threads.unwrap_or(defaults.threads), ..defaults }
}

fn warn_of_open_folder(settings: &Settings) {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(&settings.data).map_or(0o700, |found| found.permissions().mode());
    if secret::open_to_others(mode) {
        tracing::warn!(path = %settings.data.display(), "other users may look into the data folder: run `chmod 700` on it");
    }
}

/// Says what to do next, to the person who started a demonstration.
fn introduce(fetch: bool) {
    if fetch {
        note("\nThe local model (98 MB) is fetched now; the page can be opened meanwhile.");
    }
    note(
        "\nOpen the address above in a browser: it signs you in, once.
  1. Playground: chat with the assistant, press thumbs up or down.
  2. Logs: open the call, rate the answer, and write how it should have been.
  3. Connect: the code that sends your own application's calls here.
Ctrl-C stops the server; everything is kept in the data folder.\n",
    );
}

/// Serves until a signal comes; then gives what is in flight time to end.
async fn until_signalled(
    serving: impl Future<Output = ()>,
    mut signals: Signals,
    stop: &CancellationToken,
) {
    let mut serving = std::pin::pin!(serving);
    tokio::select! {
        () = &mut serving => return,
        () = signals.next() => {}
    }
    note("stopping: what is in flight may end (once more to stop at once)");
    stop.cancel();
    tokio::select! {
        () = &mut serving => {}
        () = tokio::time::sleep(GRACE) => {
            tracing::warn!(grace_s = GRACE.as_secs(), "some calls did not end in time");
        }
        () = signals.next() => {}
    }
}
