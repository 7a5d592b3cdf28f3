//! What came before its log: noted when it comes, attached when the log does.

use std::collections::{BTreeSet, HashSet};

use vouch_domain::id::{LogId, ProjectId};

use super::row::numbered;
use crate::Result;
use crate::sql::rows::Rows;
use crate::sql::tx::Tx;
use crate::sql::value::Kind;

/// Notes that something waits for these logs.
pub(crate) async fn wait_for(
    tx: &mut Tx,
    logs: impl Iterator<Item = (ProjectId, LogId)>,
) -> Result<()> {
    let logs: BTreeSet<_> = logs.collect();
    let mut rows = Rows::new(&[("project", Kind::Text), ("log", Kind::Text)]);
    for (project, log) in logs {
        rows.push([project.into(), log.into()]);
    }
    let twice = "ON CONFLICT (project, log) DO NOTHING";
    rows.insert(&mut tx.conn, "early_logs", twice).await
}

/// Which of these logs, now there, something waited for.
pub(super) async fn arrive(
    tx: &mut Tx,
    logs: &[(ProjectId, LogId)],
) -> Result<HashSet<(ProjectId, LogId)>> {
    let body = "SELECT k.n FROM k CROSS JOIN early_logs e \
                WHERE e.project = k.project AND e.log = k.log";
    let found = numbered(logs).all::<(i64,)>(&mut tx.conn, body).await?;
    let found: Vec<_> =
        found.into_iter().filter_map(|(n,)| logs.get(usize::try_from(n).ok()?)).copied().collect();
    let delete = "DELETE FROM early_logs WHERE (project, log) IN (SELECT project, log FROM k)";
    numbered(&found).run(&mut tx.conn, delete).await?;
    Ok(found.into_iter().collect())
}
