//! From which pages feedback may come.

use vouch_domain::audit::NewAudit;
use vouch_domain::id::ProjectId;
use vouch_domain::origins::AllowedOrigins;

use crate::Result;

/// The allowed origins of a project.
#[async_trait::async_trait]
pub trait OriginStore: Send + Sync {
    /// The origins; any where none were set.
    async fn allowed_origins(&self, project: ProjectId) -> Result<AllowedOrigins>;

    /// Changes them; gives back what is kept.
    async fn put_allowed_origins(
        &self,
        project: ProjectId,
        origins: AllowedOrigins,
        audit: NewAudit,
    ) -> Result<AllowedOrigins>;
}
