//! `vouch audit verify`: recomputes the hash chain of the audit trail.

use vouch_domain::audit::{GENESIS, verify};

use crate::cli::{AuditCommand, storage_only};
use crate::desk::Desk;
use crate::failure::Failure;
use crate::output::line;
use crate::settings::Settings;

/// Entries read at once.
const BATCH: u32 = 1000;

/// Runs it.
pub(crate) async fn run(command: AuditCommand) -> anyhow::Result<()> {
    let AuditCommand::Verify { storage } = command;
    let desk = Desk::open(&Settings::resolve(storage_only(storage))?).await?;
    let mut last = (0, GENESIS.to_owned());
    loop {
        let entries = desk.store.audit_after(desk.id(), last.0, BATCH).await?;
        if entries.is_empty() {
            break;
        }
        last = verify(desk.id(), last, &entries).map_err(|seq| {
            Failure::new(format!(
                "the audit trail is broken: entry {seq} is missing or was changed"
            ))
            .hint("compare it with a backup; entries before it are as they were written")
        })?;
    }
    line(format_args!("the audit trail is intact: {} entries", last.0))?;
    line(format_args!("its last hash is {}", last.1))?;
    desk.close().await;
    Ok(())
}
