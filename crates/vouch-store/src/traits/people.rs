//! Storing projects, people, their sessions and the keys of programs. Secrets come as hashes.

use vouch_domain::Time;
use vouch_domain::audit::NewAudit;
use vouch_domain::id::{InvitationId, KeyId, ProjectId, UserId};
use vouch_domain::invitation::Invitation;
use vouch_domain::metric::MetricDefinition;
use vouch_domain::project::Project;
use vouch_domain::rate::RequestsPerMinute;
use vouch_domain::user::{ApiKey, User, UserUpdate};

use crate::Result;

/// Projects and people.
#[async_trait::async_trait]
pub trait UserStore: Send + Sync {
    /// All projects, oldest first.
    async fn projects(&self) -> Result<Vec<Project>>;

    /// Makes a project with its built-in metrics.
    async fn create_project(
        &self,
        project: Project,
        metrics: Vec<MetricDefinition>,
        audit: NewAudit,
    ) -> Result<()>;

    /// All people of the project, by e-mail.
    async fn users(&self, project: ProjectId) -> Result<Vec<User>>;

    /// The person with that e-mail (lower case), and their password's argon2id hash, where they
    /// have one. E-mails are unique over all projects.
    async fn user_by_email(&self, email: &str) -> Result<Option<(User, Option<String>)>>;

    /// Adds a person.
    ///
    /// # Errors
    /// `Conflict` when the e-mail is taken.
    async fn create_user(
        &self,
        user: User,
        password_hash: Option<String>,
        audit: NewAudit,
    ) -> Result<()>;

    /// Changes a person, and the password, where one is given; returns them as they are now.
    /// Their sessions end when they are disabled or the role or password changes.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` when they were the last enabled admin and no longer would be.
    async fn update_user(
        &self,
        project: ProjectId,
        id: UserId,
        update: UserUpdate,
        password_hash: Option<String>,
        audit: NewAudit,
    ) -> Result<User>;
}

/// A signed-in browser, or a link that signs one in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRecord {
    /// SHA-256 of the secret, hexadecimal.
    pub token_sha256: String,
    /// Whose.
    pub user: UserId,
    /// From when.
    pub created_at: Time,
    /// Until when.
    pub expires_at: Time,
}

/// Sessions and sign-in links.
#[async_trait::async_trait]
pub trait SessionStore: Send + Sync {
    /// Opens a session, unless its user is disabled or, where `verified_hash` is given, has
    /// another password hash by now: whoever was let in may have been shut out since. `false`
    /// when nothing was opened.
    async fn create_session(
        &self,
        session: SessionRecord,
        verified_hash: Option<String>,
        audit: NewAudit,
    ) -> Result<bool>;

    /// The enabled user of an unexpired session.
    async fn session_user(&self, token_sha256: &str, now: Time) -> Result<Option<User>>;

    /// Ends a session; ending it twice is fine.
    async fn delete_session(&self, token_sha256: &str) -> Result<()>;

    /// Makes a link that signs its user in once.
    async fn create_signin_link(&self, link: SessionRecord, audit: NewAudit) -> Result<()>;

    /// The enabled user of an unexpired link. Only [`Self::use_signin_link`] lets them in.
    async fn signin_link_user(&self, link_sha256: &str, now: Time) -> Result<Option<User>>;

    /// Uses up a link of the session's user and opens the session, in one transaction. `false`
    /// when the link was used, has expired by the time the session begins, or its user is
    /// disabled.
    async fn use_signin_link(
        &self,
        link_sha256: &str,
        session: SessionRecord,
        audit: NewAudit,
    ) -> Result<bool>;
}

/// Invitations: links that make their holder a person of the project, once.
#[async_trait::async_trait]
pub trait InvitationStore: Send + Sync {
    /// Those that are open, newest first.
    async fn invitations(&self, project: ProjectId, now: Time) -> Result<Vec<Invitation>>;

    /// Keeps an invitation under the hash of its secret.
    async fn create_invitation(
        &self,
        invitation: Invitation,
        token_sha256: String,
        audit: NewAudit,
    ) -> Result<()>;

    /// The open invitation with that hash.
    async fn invitation_by_hash(&self, token_sha256: &str, now: Time)
    -> Result<Option<Invitation>>;

    /// Closes an invitation.
    ///
    /// # Errors
    /// `NotFound` when it was taken, revoked or never made.
    async fn revoke_invitation(
        &self,
        project: ProjectId,
        id: InvitationId,
        audit: NewAudit,
    ) -> Result<()>;

    /// Uses up an invitation: adds the person and opens their session, in one transaction.
    /// `false` when it is no longer open at the session's beginning; nothing is done then.
    ///
    /// # Errors
    /// `Conflict` when the e-mail is taken; the invitation stays open.
    async fn accept_invitation(&self, accepted: Accepted) -> Result<bool>;
}

/// What it takes to accept an invitation.
#[derive(Debug, Clone)]
pub struct Accepted {
    /// The hash of the invitation's secret.
    pub token_sha256: String,
    /// The person, with the role of the invitation.
    pub user: User,
    /// The argon2id hash of their password.
    pub password_hash: String,
    /// Their first session.
    pub session: SessionRecord,
    /// That they came, and that they signed in.
    pub audit: [NewAudit; 2],
}

/// API keys.
#[async_trait::async_trait]
pub trait KeyStore: Send + Sync {
    /// All keys of the project, newest first, with revoked ones.
    async fn keys(&self, project: ProjectId) -> Result<Vec<ApiKey>>;

    /// The unrevoked key with that hash (SHA-256 of the secret, hexadecimal).
    async fn key_by_hash(&self, sha256: &str) -> Result<Option<ApiKey>>;

    /// Adds a key.
    ///
    /// # Errors
    /// `Conflict` when the hash is there already.
    async fn create_key(&self, key: ApiKey, sha256: String, audit: NewAudit) -> Result<()>;

    /// Changes how often a key may call; returns it as it is now.
    ///
    /// # Errors
    /// `NotFound`.
    async fn limit_key(
        &self,
        project: ProjectId,
        id: KeyId,
        requests_per_minute: Option<RequestsPerMinute>,
        audit: NewAudit,
    ) -> Result<ApiKey>;

    /// Revokes a key; revoking twice keeps the first time.
    ///
    /// # Errors
    /// `NotFound`.
    async fn revoke_key(
        &self,
        project: ProjectId,
        id: KeyId,
        at: Time,
        audit: NewAudit,
    ) -> Result<()>;

    /// Notes that a key was used. Not durable when it returns, and not in the audit trail.
    async fn touch_key(&self, project: ProjectId, id: KeyId, at: Time) -> Result<()>;
}
