//! Removing what has had its time: sessions, sign-in links, invitations, the answers to repeated
//! writes, and what webhooks were told.

use vouch_domain::Time;
use vouch_domain::webhook::KEPT_S;

use super::statement::sql;
use super::tx::Tx;
use crate::Result;

/// How long a write with an `Idempotency-Key` may be repeated: two days.
const REPEATABLE_S: i64 = 48 * 3600;

/// See [`crate::Store::prune`].
pub(super) async fn prune(now: &Time, tx: &mut Tx) -> Result<u64> {
    let mut removed = 0;
    for (delete, until) in [
        ("DELETE FROM sessions WHERE expires_at <= $1", *now),
        ("DELETE FROM signin_links WHERE expires_at <= $1", *now),
        ("DELETE FROM invitations WHERE expires_at <= $1", *now),
        ("DELETE FROM idempotency WHERE created_at <= $1", now.plus_s(-REPEATABLE_S)),
        ("DELETE FROM webhook_deliveries WHERE created_at <= $1", now.plus_s(-KEPT_S)),
    ] {
        removed += sql(delete).bind(until).run(&mut tx.conn).await?;
    }
    Ok(removed)
}
