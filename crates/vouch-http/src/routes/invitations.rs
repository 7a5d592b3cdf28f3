//! Invitations by link: made, listed and revoked by an admin, looked at and accepted by whoever
//! has the link.

mod accept;
mod create;
mod list;
mod look;
mod revoke;

use vouch_domain::invitation::Invitation;

use crate::auth::unauthenticated;
use crate::problem::Problem;
use crate::secret::sha256_hex;
use crate::state::App;

pub(crate) use accept::*;
pub(crate) use create::*;
pub(crate) use list::*;
pub(crate) use look::*;
pub(crate) use revoke::*;

/// The hash under which an invitation is kept.
fn hash(token: &str) -> String {
    sha256_hex(token.trim().as_bytes())
}

/// The open invitation with that secret.
///
/// # Errors
/// `Unauthenticated`, the same for all that are not open.
async fn open(app: &App, token_sha256: &str) -> Result<Invitation, Problem> {
    let found = app.store.invitation_by_hash(token_sha256, app.now()).await?;
    found.ok_or_else(closed)
}

fn closed() -> Problem {
    unauthenticated(
        "The invitation was used or revoked already, or has expired; ask for a new one.",
    )
}
