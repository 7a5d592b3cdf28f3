//! The open database, and what the commands and the first start do with it.

use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use serde_json::Value;
use vouch_domain::Time;
use vouch_domain::actor::Actor;
use vouch_domain::audit::NewAudit;
use vouch_domain::clock::Clock;
use vouch_domain::id::{AuditId, ProjectId};
use vouch_domain::project::Project;
use vouch_store::{SqlStore, Store, StoreError, StoreOptions};

use crate::clock::SystemClock;
use crate::failure::Failure;
use crate::settings::Settings;

/// The database of a project, open.
pub(crate) struct Desk {
    /// Where everything is kept.
    pub(crate) store: Arc<dyn Store>,
    /// Whose.
    pub(crate) project: Project,
    clock: SystemClock,
}

impl Desk {
    /// Opens the database of a server that was started before. A server may be running on it, so
    /// its tables are left as they are.
    pub(crate) async fn open(settings: &Settings) -> anyhow::Result<Self> {
        let not_there = |place: String| {
            Failure::new(format!("there is no Vouch database in {place}"))
                .hint("start `vouch serve` once, or name its folder with --data DIR")
        };
        if let Some(path) = sqlite_path(&settings.database_url()) {
            anyhow::ensure!(
                Path::new(path).exists(),
                not_there(settings.data.display().to_string())
            );
        }
        let store = open_store(settings, false).await?;
        let Some(project) = store.projects().await?.into_iter().next() else {
            anyhow::bail!(not_there("that place".into()));
        };
        Ok(Self::new(store, project))
    }

    /// The desk of a project whose database is open.
    pub(crate) fn new(store: Arc<dyn Store>, project: Project) -> Self {
        Self { store, project, clock: SystemClock }
    }

    /// The project's id.
    pub(crate) fn id(&self) -> ProjectId {
        self.project.id
    }

    /// The time now.
    pub(crate) fn now(&self) -> Time {
        self.clock.now()
    }

    /// Time and randomness for a new id.
    pub(crate) fn fresh(&self) -> (Time, vouch_domain::id::Entropy) {
        (self.clock.now(), self.clock.entropy())
    }

    /// An audit entry of what is done here, now. `details` must hold no secret.
    pub(crate) fn audit(&self, action: &str, subject: &impl ToString, details: Value) -> NewAudit {
        audit(&self.clock, self.id(), action, subject, details)
    }

    /// Closes the database.
    pub(crate) async fn close(self) {
        self.store.close().await;
    }
}

/// An audit entry of what Vouch itself does: on the command line or at a start.
pub(crate) fn audit(
    clock: &dyn Clock,
    project: ProjectId,
    action: &str,
    subject: &impl ToString,
    details: Value,
) -> NewAudit {
    let at = clock.now();
    NewAudit {
        id: AuditId::new(at, clock.entropy()),
        project,
        at,
        actor: Actor::System,
        action: action.to_owned(),
        subject: subject.to_string(),
        details,
    }
}

/// Opens the database, and brings it up to date or refuses one that is behind.
pub(crate) async fn open_store(
    settings: &Settings,
    migrate: bool,
) -> anyhow::Result<Arc<dyn Store>> {
    let mut options = StoreOptions::new(settings.database_url());
    options.migrate = migrate;
    match SqlStore::open(&options).await {
        Ok(store) => Ok(Arc::new(store)),
        Err(e @ StoreError::Conflict(_)) => {
            let hint = "back it up, and start `vouch serve` once without --no-migrate";
            Err(anyhow::Error::new(e).context(Failure::new("cannot open the database").hint(hint)))
        }
        Err(e) => {
            let place = place(&settings.database_url());
            let hint = "check the address, the password and that the database runs; \
                        `vouch doctor` looks closer";
            let sentence = format!("cannot open the database at {place}");
            Err(anyhow::Error::new(e).context(Failure::new(sentence).hint(hint)))
        }
    }
}

/// The database's address without user and password.
pub(crate) fn place(url: &str) -> String {
    match url::Url::parse(url) {
        Ok(parsed) if parsed.has_host() => {
            let port = parsed.port().map(|port| format!(":{port}")).unwrap_or_default();
            format!("{}{port}{}", parsed.host_str().unwrap_or_default(), parsed.path())
        }
        _ => sqlite_path(url).unwrap_or(url).to_owned(),
    }
}

/// The file of a SQLite database; `None` for another database.
pub(crate) fn sqlite_path(url: &str) -> Option<&str> {
    let path = url.strip_prefix("sqlite:")?.trim_start_matches("//");
    Some(path.split('?').next().unwrap_or(path))
}

/// Makes the data folder, readable by nobody else, where it is not there.
pub(crate) fn make_data_folder(data: &Path) -> anyhow::Result<()> {
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(data);
    made.with_context(|| {
        Failure::new(format!("cannot make the data folder {}", data.display()))
            .hint("name a folder that you may write to with --data DIR")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_databases_place_is_shown_without_its_password() {
        assert_eq!(place("postgres://me:secret@db:5433/vouch"), "db:5433/vouch");
        assert_eq!(place("sqlite:///var/vouch.db"), "/var/vouch.db");
        assert_eq!(place("sqlite:vouch.db?mode=rw"), "vouch.db");
    }
}
