//! Storing saved views of the request log.

use vouch_domain::audit::NewAudit;
use vouch_domain::id::{ProjectId, ViewId};
use vouch_domain::view::{View, ViewUpdate};

use crate::Result;

/// The most views of one project: a list of them fits one page.
pub const MAX_VIEWS: u32 = 200;

/// Saved views.
#[async_trait::async_trait]
pub trait ViewStore: Send + Sync {
    /// All views of the project, by name.
    async fn views(&self, project: ProjectId) -> Result<Vec<View>>;

    /// One view.
    async fn view(&self, project: ProjectId, id: ViewId) -> Result<Option<View>>;

    /// Keeps a view.
    ///
    /// # Errors
    /// `Conflict` when the name is taken, or there are [`MAX_VIEWS`] already.
    async fn create_view(&self, project: ProjectId, view: View, audit: NewAudit) -> Result<()>;

    /// Changes a view; returns it as it is now.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` when the name is taken.
    async fn update_view(
        &self,
        project: ProjectId,
        id: ViewId,
        update: ViewUpdate,
        audit: NewAudit,
    ) -> Result<View>;

    /// Removes a view.
    ///
    /// # Errors
    /// `NotFound`.
    async fn delete_view(&self, project: ProjectId, id: ViewId, audit: NewAudit) -> Result<()>;
}
