//! Reading feedback: of one log, or page by page.

use std::collections::HashMap;

use vouch_domain::feedback::{Feedback, FeedbackTarget};
use vouch_domain::id::{FeedbackId, LogId, ProjectId};
use vouch_domain::{Cursor, Invalid, Page};

use super::row::{COLUMNS, FeedbackRow, JOINS, select};
use super::target_text;
use crate::sql::conn::Conn;
use crate::sql::log::numbered;
use crate::sql::statement::sql;
use crate::{FeedbackQuery, Result};

/// The feedback on a log, its chain and its conversation, oldest first.
pub(super) async fn of_log(
    conn: &mut Conn,
    project: ProjectId,
    log: LogId,
) -> Result<Vec<Feedback>> {
    let context = sql("SELECT chain_id, conversation_id FROM logs WHERE project = $1 AND id = $2");
    let context = context.bind(project).bind(log);
    let context = context.one::<(Option<String>, Option<String>)>(conn).await?;
    let (chain, conversation) = context.unwrap_or_default();
    let targets = [
        Some(FeedbackTarget::LogId(log)),
        chain.map(FeedbackTarget::ChainId),
        conversation.map(FeedbackTarget::ConversationId),
    ];
    let mut all = Vec::new();
    for target in targets.into_iter().flatten() {
        let mut query = select(project);
        query.push(" AND f.target = ").push_bind(target_text(&target));
        all.append(&mut query.all::<FeedbackRow>(conn).await?);
    }
    let mut all = all.into_iter().map(FeedbackRow::feedback).collect::<Result<Vec<_>>>()?;
    all.sort_by_key(|f| (f.created_at, f.id));
    Ok(all)
}

/// The feedback on each of these logs, oldest first.
pub(crate) async fn of_logs(
    conn: &mut Conn,
    project: ProjectId,
    logs: &[LogId],
) -> Result<HashMap<LogId, Vec<Feedback>>> {
    let mut by_log: HashMap<LogId, Vec<Feedback>> = HashMap::new();
    for feedback in on_logs(conn, project, logs).await? {
        if let Some(log) = feedback.target.log() {
            by_log.entry(log).or_default().push(feedback);
        }
    }
    for said in by_log.values_mut() {
        said.sort_by_key(|f| (f.created_at, f.id));
    }
    Ok(by_log)
}

/// The newest feedback on a target, at most `limit`, oldest first.
pub(crate) async fn of_target(
    conn: &mut Conn,
    project: ProjectId,
    target: &FeedbackTarget,
    limit: u32,
) -> Result<Vec<Feedback>> {
    let mut query = select(project);
    query.push(" AND f.target = ").push_bind(target_text(target));
    query.push(" ORDER BY f.id DESC LIMIT ").push_bind(limit);
    let rows = query.all::<FeedbackRow>(conn).await?;
    let mut all = rows.into_iter().map(FeedbackRow::feedback).collect::<Result<Vec<_>>>()?;
    all.sort_by_key(|f| (f.created_at, f.id));
    Ok(all)
}

/// The feedback on these logs themselves, in any order.
pub(crate) async fn on_logs(
    conn: &mut Conn,
    project: ProjectId,
    logs: &[LogId],
) -> Result<Vec<Feedback>> {
    let keys: Vec<_> = logs.iter().map(|log| (project, *log)).collect();
    let body = format!(
        "SELECT {COLUMNS} FROM k CROSS JOIN feedback f {JOINS} \
         WHERE f.project = k.project AND f.target = k.log"
    );
    let rows = numbered(&keys).all::<FeedbackRow>(conn, &body).await?;
    rows.into_iter().map(FeedbackRow::feedback).collect()
}

/// Feedback, newest first.
pub(super) async fn page(conn: &mut Conn, query: &FeedbackQuery) -> Result<Page<Feedback>> {
    let limit = query.limit.clamp(1, 200);
    let mut rows = select(query.project);
    if let Some(name) = &query.name {
        rows.push(" AND f.name = ").push_bind(name);
    }
    if let Some(source) = query.source {
        rows.push(" AND f.source = ").push_bind(source.as_str());
    }
    if let Some(target) = &query.target {
        rows.push(" AND f.target = ").push_bind(target_text(target));
    }
    if let Some(Cursor(text)) = &query.cursor {
        let after: FeedbackId =
            text.parse().map_err(|_| Invalid::new("/cursor", "a cursor of this list", text))?;
        rows.push(" AND f.id < ").push_bind(after);
    }
    rows.push(" ORDER BY f.id DESC LIMIT ").push_bind(limit + 1);
    let rows = rows.all::<FeedbackRow>(conn).await?;
    let items = rows.into_iter().map(FeedbackRow::feedback).collect::<Result<Vec<_>>>()?;
    Ok(Page::from_rows(items, limit as usize, |f| f.id.to_string()))
}
