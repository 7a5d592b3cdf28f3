//! How a queue gets on.

use vouch_domain::Time;
use vouch_domain::id::{ProjectId, QueueId, UserId};
use vouch_domain::review::{Mine, Progress, ReviewerState};

use super::reviewer::{ReviewerRow, pace_s};
use crate::sql::conn::Conn;
use crate::sql::statement::sql;
use crate::{Result, StoreError};

/// How far tasks are counted where no count is kept.
const COUNTED: i64 = 1000;
/// How many days are shown.
const DAYS: i64 = 30;

#[derive(sqlx::FromRow)]
struct Counts {
    untouched: i64,
    begun: i64,
    disputed: i64,
    complete: i64,
    cancelled: i64,
    gold: i64,
    reviews: i64,
    saved: i64,
}

fn number(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

/// How a queue gets on, and how a person does in it.
pub(super) async fn progress(
    conn: &mut Conn,
    project: ProjectId,
    queue: QueueId,
    user: Option<UserId>,
    now: Time,
) -> Result<Progress> {
    let counts =
        sql("SELECT untouched, begun, disputed, complete, cancelled, gold, reviews, saved \
                      FROM queue_counts WHERE project = $1 AND queue = $2");
    let counts = counts.bind(project).bind(queue).one::<Counts>(conn).await?;
    let counts = counts.ok_or(StoreError::NotFound("queue"))?;
    let due = sql("SELECT t.due_at FROM tasks t WHERE t.project = $1 AND t.queue = $2 \
         AND t.due_at IS NOT NULL AND t.state IN ('open', 'conflict') ORDER BY t.due_at LIMIT 1");
    let due = due.bind(project).bind(queue).one::<(i64,)>(conn).await?;
    let overdue = sql("SELECT COUNT(*) FROM (SELECT t.id FROM tasks t WHERE t.project = $1 \
         AND t.queue = $2 AND t.due_at IS NOT NULL AND t.state IN ('open', 'conflict') \
         AND t.due_at < $3 LIMIT $4) x");
    let overdue = overdue.bind(project).bind(queue).bind(now).bind(COUNTED);
    let overdue = overdue.one::<(i64,)>(conn).await?.map_or(0, |(count,)| count);
    let mine = match user {
        Some(user) => Some(mine(conn, project, queue, user, now).await?),
        None => None,
    };
    Ok(Progress {
        open: number(counts.untouched),
        in_progress: number(counts.begun),
        conflict: number(counts.disputed),
        complete: number(counts.complete),
        cancelled: number(counts.cancelled),
        gold: number(counts.gold),
        reviews: number(counts.reviews),
        due_at: due.map(|(at,)| Time::from_micros(at)),
        overdue: number(overdue),
        per_day: per_day(conn, project, queue, "", now).await?,
        reviews_saved: number(counts.saved),
        mine,
    })
}

/// Reviews of the last days, of one person or of all.
async fn per_day(
    conn: &mut Conn,
    project: ProjectId,
    queue: QueueId,
    user: &str,
    now: Time,
) -> Result<Vec<u64>> {
    let first = now.day() - DAYS + 1;
    let days = sql("SELECT day, reviews FROM queue_days WHERE project = $1 AND queue = $2 \
                    AND user_id = $3 AND day BETWEEN $4 AND $5");
    let days = days.bind(project).bind(queue).bind(user).bind(first).bind(now.day());
    let days = days.all::<(i64, i64)>(conn).await?;
    let of = |day: i64| days.iter().find(|(d, _)| *d == day).map_or(0, |(_, n)| number(*n));
    Ok((first..=now.day()).map(of).collect())
}

async fn mine(
    conn: &mut Conn,
    project: ProjectId,
    queue: QueueId,
    user: UserId,
    now: Time,
) -> Result<Mine> {
    let text = user.to_string();
    let row = ReviewerRow::load(conn, project, queue, &text).await?;
    let state = row.as_ref().map_or(Ok(ReviewerState::Active), |row| row.state(now))?;
    let left = sql("SELECT COUNT(*) FROM (SELECT l.task FROM task_line l \
         LEFT JOIN queue_reaches r ON r.project = l.project AND r.queue = l.queue \
         AND r.user_id = $1 AND r.priority = l.priority AND r.band = l.band \
         WHERE l.project = $2 AND l.queue = $3 AND l.turn > COALESCE(r.turn, 0) \
         AND NOT EXISTS (SELECT 1 FROM task_seats s WHERE s.project = l.project \
         AND s.task = l.task AND s.user_id = $4 AND s.state <> 'left') LIMIT $5) x");
    let left = left.bind(user).bind(project).bind(queue).bind(user).bind(COUNTED);
    let left = left.one::<(i64,)>(conn).await?.map_or(0, |(count,)| count);
    let kept = sql("SELECT COUNT(*) FROM (SELECT s.task FROM task_seats s WHERE s.project = $1 \
         AND s.queue = $2 AND s.user_id = $3 AND s.state IN ('assigned', 'leased') LIMIT $4) x");
    let kept = kept.bind(project).bind(queue).bind(user).bind(COUNTED);
    let kept = kept.one::<(i64,)>(conn).await?.map_or(0, |(count,)| count);
    let today = per_day(conn, project, queue, &text, now).await?.pop().unwrap_or(0);
    Ok(Mine {
        done: row.as_ref().map_or(0, |row| number(row.done)),
        today,
        pace_s: pace_s(conn, project, queue, &text).await?,
        left: number((left + kept).min(COUNTED)),
        state,
        reason: row.and_then(|row| row.reason).filter(|_| state != ReviewerState::Active),
    })
}
