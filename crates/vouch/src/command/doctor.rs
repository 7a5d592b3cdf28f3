//! `vouch doctor`: looks at everything that a server needs, and says how to mend what is wrong.

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use anyhow::bail;
use vouch_model::{Engine, EngineOptions};
use vouch_store::{SqlStore, StoreError, StoreOptions};

use crate::cli::ServerArgs;
use crate::database::{self, OWNER, place};
use crate::failure::{Failure, report};
use crate::output::line;
use crate::secret;
use crate::settings::Settings;
use crate::weights::{Weights, model_name};

/// What one look found: what is well, or what is wrong and how to mend it.
type Finding = anyhow::Result<String>;

/// Runs it.
pub(crate) async fn run(args: ServerArgs) -> anyhow::Result<()> {
    let settings = Settings::resolve(args.into())?;
    let listen = settings.listen;
    let weights = Weights::new(&settings.data, settings.model_path.clone());
    let findings = [
        ("data folder", data_folder(&settings.data)),
        ("master key", master_key(&settings.data)),
        ("database", database(&settings.database_url()).await),
        ("local model", tokio::task::spawn_blocking(move || model(&weights)).await?),
        ("address", tokio::task::spawn_blocking(move || address(listen)).await?),
    ];
    let mut ills = 0;
    for (what, finding) in findings {
        match finding {
            Ok(well) => line(format_args!("ok    {what:<12} {well}"))?,
            Err(ill) => {
                ills += 1;
                let text = report(&ill).replace("\nhint: ", &format!("\n{:19}fix: ", ""));
                line(format_args!("FAIL  {what:<12} {}", text.trim_start_matches("error: ")))?;
            }
        }
    }
    match ills {
        0 => Ok(()),
        1 => bail!(Failure::new("one thing is to be mended")),
        n => bail!(Failure::new(format!("{n} things are to be mended"))),
    }
}

fn data_folder(data: &Path) -> Finding {
    let shown = data.display();
    let found = match std::fs::metadata(data) {
        Ok(found) => found,
        Err(e) if e.kind() == ErrorKind::NotFound => {
            return Ok(format!("{shown} is not there yet; the first start makes it"));
        }
        Err(e) => bail!(Failure::new(format!("cannot look at {shown}: {e}")).hint(OWNER)),
    };
    if !found.is_dir() {
        bail!(
            Failure::new(format!("{shown} is not a folder")).hint("name another with --data DIR")
        );
    }
    let mode = found.permissions().mode() & 0o777;
    if secret::open_to_others(mode) {
        bail!(
            Failure::new(format!("other users may look into {shown} (mode {mode:04o})"))
                .hint(format!("run `chmod 700 {shown}`"))
        );
    }
    let probe = data.join(".doctor");
    if let Err(e) = std::fs::write(&probe, "").and_then(|()| std::fs::remove_file(&probe)) {
        bail!(Failure::new(format!("{shown} cannot be written to: {e}")).hint(OWNER));
    }
    Ok(format!("{shown} is there, private, and can be written to"))
}

fn master_key(data: &Path) -> Finding {
    if let Ok(text) = std::env::var(secret::VARIABLE) {
        secret::Secrets::load(data, Some(&text))?;
        return Ok(format!("comes from {}", secret::VARIABLE));
    }
    let path = data.join(secret::FILE);
    if matches!(path.try_exists(), Ok(false)) {
        return Ok("is not there yet; the first start makes it".into());
    }
    secret::Secrets::load(data, None)?;
    Ok(format!("is in {}, private", path.display()))
}

async fn database(url: &str) -> Finding {
    let shown = place(url);
    if !database::is_there(url)? {
        return Ok(format!("{shown} is not there yet; the first start makes it"));
    }
    let mut options = StoreOptions::new(url);
    options.migrate = false;
    match SqlStore::open(&options).await {
        Ok(store) => {
            use vouch_store::Store;
            let ready = store.ready().await;
            store.close().await;
            ready.map_err(|e| database::explained(e.into()))?;
            Ok(format!("{shown} answers, takes writes, and is up to date"))
        }
        Err(StoreError::Behind(pending)) => {
            Ok(format!("{shown} answers; {pending}: the next start of `vouch serve` runs it"))
        }
        Err(e) => bail!(database::cannot_open(url, &e)),
    }
}

fn model(weights: &Weights) -> Finding {
    let Some(path) = weights.find() else {
        let (sentence, hint) = weights.missing();
        bail!(Failure::new(sentence).hint(hint));
    };
    let shown = path.display();
    let started = std::time::Instant::now();
    match Engine::load(&path, EngineOptions::default()) {
        Ok(engine) => {
            let name = model_name(&path);
            engine.shutdown();
            Ok(format!("{name} loads in {:.1} s from {shown}", started.elapsed().as_secs_f32()))
        }
        Err(e) => {
            let hint = format!("remove {shown} and run `vouch model pull`");
            let sentence = format!("{shown} cannot be loaded");
            Err(anyhow::Error::new(e).context(Failure::new(sentence).hint(hint)))
        }
    }
}

fn address(listen: SocketAddr) -> Finding {
    match TcpListener::bind(listen) {
        Ok(_) => Ok(format!("{listen} is free")),
        Err(_) if is_vouch(listen) => Ok(format!("{listen} is where a Vouch server runs now")),
        Err(e) => bail!(
            Failure::new(format!("{listen} cannot be listened on: {e}"))
                .hint("stop what uses it, or choose another with --listen 127.0.0.1:0")
        ),
    }
}

fn is_vouch(listen: SocketAddr) -> bool {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(2)))
        .proxy(None)
        .build()
        .into();
    agent.get(format!("http://{listen}/healthz")).call().is_ok()
}
