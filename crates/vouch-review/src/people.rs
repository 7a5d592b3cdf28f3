//! Who annotated elsewhere, as people of the project.

use std::collections::{BTreeMap, HashMap};

use serde_json::json;
use vouch_domain::access::Role;
use vouch_domain::actor::Actor;
use vouch_domain::audit::NewAudit;
use vouch_domain::clock::Clock;
use vouch_domain::id::{AuditId, ProjectId, UserId};
use vouch_domain::user::User;
use vouch_files::{Annotator, name_of};
use vouch_store::{Result, Store, StoreError};

/// Annotators of files, found by their e-mail. Those whom the project does not know become people
/// who are shut out until an admin lets them in: their reviews need an author, and a file must let
/// nobody in.
pub struct Annotators {
    project: ProjectId,
    by: Actor,
    /// Other names: as the file has them, and the e-mail.
    aliases: BTreeMap<String, String>,
    by_email: HashMap<String, UserId>,
    made: Vec<User>,
}

impl Annotators {
    /// The people of a project; `aliases` gives the e-mails of annotators by their names.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn read(
        store: &dyn Store,
        project: ProjectId,
        by: Actor,
        aliases: BTreeMap<String, String>,
    ) -> Result<Self> {
        let people = store.users(project).await?;
        let by_email = people.into_iter().map(|user| (user.email, user.id)).collect();
        Ok(Self { project, by, aliases, by_email, made: Vec::new() })
    }

    /// Those that were made.
    pub fn made(&self) -> &[User] {
        &self.made
    }

    /// The e-mail of an annotator: their own, or one that no mail reaches.
    fn email(&self, who: &Annotator) -> String {
        if let Some(email) = self.aliases.get(&who.name) {
            return email.to_lowercase();
        }
        who.email().unwrap_or_else(|| self.made_up(who))
    }

    /// E-mails are unique over all projects, so the project is part of it.
    fn made_up(&self, who: &Annotator) -> String {
        let (name, tool) = (name_of(&who.name), name_of(who.tool).replace('_', "-"));
        format!("{name}@{tool}.{}.invalid", self.project.to_string().replace('_', "-"))
    }

    /// The person, made where they are not there.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn find(
        &mut self,
        store: &dyn Store,
        clock: &dyn Clock,
        who: &Annotator,
    ) -> Result<UserId> {
        let email = self.email(who);
        if let Some(id) = self.by_email.get(&email) {
            return Ok(*id);
        }
        match self.make(store, clock, who, email.clone()).await {
            // The e-mail is of a person of another project.
            Err(StoreError::Conflict(_)) if email != self.made_up(who) => {
                let id = match self.by_email.get(&self.made_up(who)) {
                    Some(id) => *id,
                    None => self.make(store, clock, who, self.made_up(who)).await?,
                };
                self.by_email.insert(email, id);
                Ok(id)
            }
            made => made,
        }
    }

    async fn make(
        &mut self,
        store: &dyn Store,
        clock: &dyn Clock,
        who: &Annotator,
        email: String,
    ) -> Result<UserId> {
        let now = clock.now();
        let name = match who.name.split_once('@') {
            Some((name, _)) => name.to_owned(),
            None => format!("{} ({})", who.name, who.tool),
        };
        let user = User {
            id: UserId::new(now, clock.entropy()),
            project: self.project,
            email: email.clone(),
            name: name.chars().take(100).collect(),
            role: Role::Reviewer,
            groups: Vec::new(),
            created_at: now,
            disabled_at: Some(now),
        };
        let audit = NewAudit {
            id: AuditId::new(now, clock.entropy()),
            project: self.project,
            at: now,
            actor: self.by.clone(),
            action: "user.create".to_owned(),
            subject: user.id.to_string(),
            details: json!({"role": "reviewer", "disabled": true, "by": "import"}),
        };
        store.create_user(user.clone(), None, audit).await?;
        self.by_email.insert(email, user.id);
        self.made.push(user.clone());
        Ok(user.id)
    }
}
