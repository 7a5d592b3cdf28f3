//! Reading the roll-ups of feedback.

use vouch_domain::id::ProjectId;

use crate::sql::conn::Conn;
use crate::sql::statement::sql;
use crate::{Result, SummaryPoint, SummaryQuery};

#[derive(sqlx::FromRow)]
struct PointRow {
    day: i64,
    dimension_value: String,
    label: String,
    count: i64,
    sum: f64,
}

/// Counts and sums by day.
pub(super) async fn points(conn: &mut Conn, query: &SummaryQuery) -> Result<Vec<SummaryPoint>> {
    let rows = sql("SELECT day, dimension_value, label, count, sum FROM feedback_rollups \
                    WHERE project = $1 AND metric = $2 AND dimension = $3 AND day BETWEEN $4 AND $5 \
                    AND count <> 0 ORDER BY day, dimension_value, label")
        .bind(query.project)
        .bind(&query.metric)
        .bind(&query.dimension)
        .bind(*query.days.start())
        .bind(*query.days.end())
        .all::<PointRow>(conn)
        .await?;
    let point = |row: PointRow| SummaryPoint {
        day: row.day,
        dimension_value: row.dimension_value,
        label: row.label,
        count: row.count,
        sum: row.sum,
    };
    Ok(rows.into_iter().map(point).collect())
}

/// The dimensions that roll-ups of these days have. It hops from one dimension to the next
/// within each metric, so it does not read the many rows between them.
pub(super) async fn dimensions(
    conn: &mut Conn,
    project: ProjectId,
    days: std::ops::RangeInclusive<i64>,
) -> Result<Vec<String>> {
    let names = sql("WITH RECURSIVE hop (metric, dimension) AS (\
            SELECT m.name, (SELECT MIN(r.dimension) FROM feedback_rollups r \
                WHERE r.project = $1 AND r.metric = m.name) \
            FROM metrics m WHERE m.project = $1 \
            UNION ALL \
            SELECT hop.metric, (SELECT MIN(r.dimension) FROM feedback_rollups r \
                WHERE r.project = $1 AND r.metric = hop.metric AND r.dimension > hop.dimension) \
            FROM hop WHERE hop.dimension IS NOT NULL) \
        SELECT DISTINCT dimension FROM hop WHERE dimension IS NOT NULL AND EXISTS (\
            SELECT 1 FROM feedback_rollups r WHERE r.project = $1 AND r.metric = hop.metric \
            AND r.dimension = hop.dimension AND r.day BETWEEN $2 AND $3 AND r.count <> 0) \
        ORDER BY dimension")
    .bind(project)
    .bind(*days.start())
    .bind(*days.end())
    .all::<(String,)>(conn)
    .await?;
    Ok(names.into_iter().map(|(name,)| name).collect())
}
