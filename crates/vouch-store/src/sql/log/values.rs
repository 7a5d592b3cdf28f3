//! Values that logs have, for a filter that is being typed.

use vouch_domain::id::ProjectId;

use crate::sql::conn::Conn;
use crate::sql::statement::sql;
use crate::sql::value::clean;
use crate::{LogValues, Result};

/// Hops from one value of a column to the next, by an index that leads with it: the logs that
/// share a value are not read. `$1` project, `$2` what the values begin with, `$3` its
/// characters, `$4` how many at most.
macro_rules! hop {
    ($column:literal, $table:literal) => {
        concat!(
            "WITH RECURSIVE hop (v, n) AS (SELECT (SELECT MIN(",
            $column,
            ") FROM ",
            $table,
            " AND ",
            $column,
            " >= $2), 1 UNION ALL SELECT (SELECT MIN(",
            $column,
            ") FROM ",
            $table,
            " AND ",
            $column,
            " > hop.v), hop.n + 1 FROM hop WHERE hop.v IS NOT NULL ",
            "AND hop.n < $4 AND SUBSTR(hop.v, 1, CAST($3 AS INTEGER)) = $2) ",
            "SELECT v FROM hop WHERE v IS NOT NULL AND SUBSTR(v, 1, CAST($3 AS INTEGER)) = $2 ",
            "ORDER BY v"
        )
    };
}

/// At most `limit` values that begin so.
pub(super) async fn list(
    conn: &mut Conn,
    project: ProjectId,
    of: &LogValues,
    begin: &str,
    limit: u32,
) -> Result<Vec<String>> {
    let hop = match of {
        LogValues::Users => hop!("user_id", "logs WHERE project = $1"),
        LogValues::Chains => hop!("chain_id", "logs WHERE project = $1"),
        LogValues::Conversations => hop!("conversation_id", "logs WHERE project = $1"),
        LogValues::MetaKeys => hop!("key", "log_tags WHERE project = $1"),
        LogValues::MetaValues(_) => hop!("value", "log_tags WHERE project = $1 AND key = $5"),
    };
    let begin = clean(begin);
    let chars = i64::try_from(begin.chars().count()).unwrap_or(i64::MAX);
    let mut hop = sql(hop).bind(project).bind(begin).bind(chars).bind(limit);
    if let LogValues::MetaValues(key) = of {
        hop = hop.bind(clean(key));
    }
    Ok(hop.all::<(String,)>(conn).await?.into_iter().map(|(value,)| value).collect())
}
