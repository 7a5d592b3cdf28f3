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
use vouch_store::Store;

use crate::clock::SystemClock;
use crate::database;
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
        Self::open_project(settings, None).await
    }

    /// The same for the project of that name or id, or the first one.
    pub(crate) async fn open_project(
        settings: &Settings,
        wanted: Option<&str>,
    ) -> anyhow::Result<Self> {
        let url = settings.database_url();
        if !database::is_there(&url)? {
            return Err(not_there(settings).into());
        }
        let store = database::visit(settings).await?;
        let projects = store.projects().await?;
        let Some(first) = projects.first() else {
            return Err(not_there(settings).into());
        };
        let wanted = wanted.unwrap_or(&first.name);
        let is_it = |p: &&Project| p.name == wanted || p.id.to_string() == wanted;
        let Some(project) = projects.iter().find(is_it).cloned() else {
            let names: Vec<_> = projects.iter().map(|project| project.name.as_str()).collect();
            return Err(Failure::new(format!("there is no project `{wanted}`"))
                .hint(format!("there is {}", names.join(", ")))
                .into());
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

fn not_there(settings: &Settings) -> Failure {
    let (place, hint) = if settings.names_database() {
        let hint = "start `vouch serve` on it once, or name another with --database-url URL";
        (database::place(&settings.database_url()), hint)
    } else {
        let hint = "start `vouch serve` once, or name its folder with --data DIR";
        (settings.data.display().to_string(), hint)
    };
    Failure::new(format!("there is no Vouch database in {place}")).hint(hint)
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

/// Makes the data folder, readable by nobody else, where it is not there.
pub(crate) fn make_data_folder(data: &Path) -> anyhow::Result<()> {
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(data);
    made.with_context(|| {
        Failure::new(format!("cannot make the data folder {}", data.display()))
            .hint("name a folder that you may write to with --data DIR")
    })
}
