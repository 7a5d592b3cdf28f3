-- Times are microseconds since 1970, ids are TypeID texts that sort by time, and the project
-- leads every key.

CREATE TABLE projects (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
    project TEXT NOT NULL REFERENCES projects (id),
    id TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    password_hash TEXT,
    created_at INTEGER NOT NULL,
    disabled_at INTEGER,
    PRIMARY KEY (project, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX users_id ON users (id);

CREATE TABLE sessions (
    token_sha256 TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_user ON sessions (user_id);

CREATE TABLE signin_links (
    token_sha256 TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX signin_links_user ON signin_links (user_id);

CREATE TABLE api_keys (
    project TEXT NOT NULL REFERENCES projects (id),
    id TEXT NOT NULL,
    sha256 TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    prefix TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER,
    revoked_at INTEGER,
    PRIMARY KEY (project, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE metrics (
    project TEXT NOT NULL,
    name TEXT NOT NULL,
    definition TEXT NOT NULL,
    PRIMARY KEY (project, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE deployments (
    project TEXT NOT NULL REFERENCES projects (id),
    key TEXT NOT NULL,
    id TEXT NOT NULL,
    description TEXT NOT NULL,
    active_version INTEGER,
    created_at INTEGER NOT NULL,
    archived_at INTEGER,
    PRIMARY KEY (project, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE deployment_versions (
    project TEXT NOT NULL,
    deployment TEXT NOT NULL,
    number INTEGER NOT NULL,
    spec TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    used_at INTEGER,
    PRIMARY KEY (project, deployment, number),
    FOREIGN KEY (project, deployment) REFERENCES deployments (project, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE providers (
    project TEXT NOT NULL REFERENCES projects (id),
    name TEXT NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    base_url TEXT,
    key TEXT NOT NULL,
    sealed BLOB,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (project, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE prices (
    project TEXT NOT NULL REFERENCES projects (id),
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    input_usd_micros_per_mtok INTEGER NOT NULL,
    output_usd_micros_per_mtok INTEGER NOT NULL,
    PRIMARY KEY (project, provider, model)
) STRICT, WITHOUT ROWID;

-- A log as a line of a list. The body as it came is in log_bodies and never changes; what
-- addMetrics added is in log_patches; this row shows both merged.
CREATE TABLE logs (
    -- In the order of arrival; the row of log_search has the same number.
    seq INTEGER PRIMARY KEY,
    project TEXT NOT NULL,
    id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    day INTEGER NOT NULL,
    status TEXT NOT NULL,
    origin TEXT NOT NULL,
    deployment TEXT,
    version INTEGER,
    variant TEXT,
    provider TEXT,
    model TEXT,
    chain_id TEXT,
    conversation_id TEXT,
    user_id TEXT,
    tags TEXT,
    input_preview TEXT NOT NULL,
    output_preview TEXT NOT NULL,
    prompt_tokens INTEGER,
    completion_tokens INTEGER,
    total_tokens INTEGER,
    latency_ms REAL,
    time_to_first_token_ms REAL,
    cost_usd_micros INTEGER,
    mean_logprob REAL,
    UNIQUE (project, id)
) STRICT;
CREATE INDEX logs_deployment ON logs (project, deployment, id) WHERE deployment IS NOT NULL;
CREATE INDEX logs_model ON logs (project, model, id) WHERE model IS NOT NULL;
CREATE INDEX logs_user ON logs (project, user_id, id) WHERE user_id IS NOT NULL;
CREATE INDEX logs_chain ON logs (project, chain_id, id) WHERE chain_id IS NOT NULL;
CREATE INDEX logs_conversation ON logs (project, conversation_id, id)
    WHERE conversation_id IS NOT NULL;
CREATE INDEX logs_failed ON logs (project, id) WHERE status = 'failed';

-- The words of the logs, and those whose words are to be read again. Words are indexed a moment
-- after the log is written, by a task of their own.
CREATE VIRTUAL TABLE log_search USING fts5 (
    words, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 0'
);
CREATE TABLE search_todo (
    project TEXT NOT NULL,
    log TEXT NOT NULL,
    PRIMARY KEY (project, log)
) STRICT, WITHOUT ROWID;

-- Between which ids the logs of a day lie: a log may have an id of another time.
CREATE TABLE log_days (
    project TEXT NOT NULL,
    day INTEGER NOT NULL,
    first_log TEXT NOT NULL,
    last_log TEXT NOT NULL,
    PRIMARY KEY (project, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE log_bodies (
    project TEXT NOT NULL,
    id TEXT NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (project, id)
) STRICT;

CREATE TABLE log_patches (
    project TEXT NOT NULL,
    log TEXT NOT NULL,
    id TEXT NOT NULL,
    at INTEGER NOT NULL,
    author TEXT NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (project, log, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE log_tags (
    project TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    log TEXT NOT NULL,
    PRIMARY KEY (project, key, value, log)
) STRICT, WITHOUT ROWID;

-- Logs that have patches or feedback but have not come yet.
CREATE TABLE early_logs (
    project TEXT NOT NULL,
    log TEXT NOT NULL,
    PRIMARY KEY (project, log)
) STRICT, WITHOUT ROWID;

-- What people said of a log, from the feedback that counts; also for logs that have not come
-- yet. Scores are summed in millionths, so that taking one away leaves no rounding behind.
CREATE TABLE log_tallies (
    project TEXT NOT NULL,
    log TEXT NOT NULL,
    thumbs_up INTEGER NOT NULL DEFAULT 0,
    thumbs_down INTEGER NOT NULL DEFAULT 0,
    feedback_count INTEGER NOT NULL,
    corrections INTEGER NOT NULL DEFAULT 0,
    program_scores INTEGER NOT NULL DEFAULT 0,
    program_score_micros INTEGER NOT NULL DEFAULT 0,
    judge_scores INTEGER NOT NULL DEFAULT 0,
    judge_score_micros INTEGER NOT NULL DEFAULT 0,
    end_user_scores INTEGER NOT NULL DEFAULT 0,
    end_user_score_micros INTEGER NOT NULL DEFAULT 0,
    reviewer_scores INTEGER NOT NULL DEFAULT 0,
    reviewer_score_micros INTEGER NOT NULL DEFAULT 0,
    score REAL GENERATED ALWAYS AS (
        CASE
            WHEN reviewer_scores > 0 THEN reviewer_score_micros / 1000000.0 / reviewer_scores
            WHEN end_user_scores > 0 THEN end_user_score_micros / 1000000.0 / end_user_scores
            WHEN judge_scores > 0 THEN judge_score_micros / 1000000.0 / judge_scores
            WHEN program_scores > 0 THEN program_score_micros / 1000000.0 / program_scores
        END
    ) STORED,
    PRIMARY KEY (project, log)
) STRICT, WITHOUT ROWID;
CREATE INDEX log_tallies_score ON log_tallies (project, log, score) WHERE score IS NOT NULL;
CREATE INDEX log_tallies_up ON log_tallies (project, log) WHERE thumbs_up > 0;
CREATE INDEX log_tallies_down ON log_tallies (project, log) WHERE thumbs_down > 0;

-- target is a log's id, or `chain:` or `conversation:` and a name.
CREATE TABLE feedback (
    project TEXT NOT NULL,
    id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    author TEXT NOT NULL,
    source TEXT NOT NULL,
    target TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    value_num REAL,
    comment TEXT,
    correction TEXT,
    counts INTEGER NOT NULL,
    PRIMARY KEY (project, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX feedback_target ON feedback (project, target, author, name);
CREATE INDEX feedback_name ON feedback (project, name, id);

CREATE TABLE feedback_retractions (
    project TEXT NOT NULL,
    feedback TEXT NOT NULL,
    at INTEGER NOT NULL,
    author TEXT NOT NULL,
    PRIMARY KEY (project, feedback)
) STRICT, WITHOUT ROWID;

-- The words of the feedback on logs that counts, or an empty label where it has none: from a bar
-- of a chart to its logs.
CREATE TABLE feedback_labels (
    project TEXT NOT NULL,
    metric TEXT NOT NULL,
    label TEXT NOT NULL,
    log TEXT NOT NULL,
    feedback TEXT NOT NULL,
    day INTEGER NOT NULL,
    PRIMARY KEY (project, metric, log, label, feedback)
) STRICT, WITHOUT ROWID;

-- Between which logs the feedback of a metric on a day lies, so that only these are looked at.
CREATE TABLE feedback_days (
    project TEXT NOT NULL,
    metric TEXT NOT NULL,
    day INTEGER NOT NULL,
    first_log TEXT NOT NULL,
    last_log TEXT NOT NULL,
    PRIMARY KEY (project, metric, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE feedback_rollups (
    project TEXT NOT NULL,
    metric TEXT NOT NULL,
    dimension TEXT NOT NULL,
    day INTEGER NOT NULL,
    dimension_value TEXT NOT NULL,
    label TEXT NOT NULL,
    count INTEGER NOT NULL,
    sum REAL NOT NULL,
    PRIMARY KEY (project, metric, dimension, day, dimension_value, label)
) STRICT, WITHOUT ROWID;

CREATE TABLE log_rollups (
    project TEXT NOT NULL,
    day INTEGER NOT NULL,
    deployment TEXT NOT NULL,
    variant TEXT NOT NULL,
    model TEXT NOT NULL,
    calls INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    prompt_tokens INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL,
    cost_usd_micros INTEGER NOT NULL,
    PRIMARY KEY (project, day, deployment, variant, model)
) STRICT, WITHOUT ROWID;

CREATE TABLE idempotency (
    project TEXT NOT NULL,
    key TEXT NOT NULL,
    body_sha256 TEXT NOT NULL,
    result TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (project, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
    project TEXT NOT NULL,
    seq INTEGER NOT NULL,
    id TEXT NOT NULL,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    details TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (project, seq)
) STRICT, WITHOUT ROWID;

-- The number of the newest event. Its row is locked last in a transaction, so that events become
-- visible in the order of their numbers.
CREATE TABLE event_heads (
    project TEXT NOT NULL PRIMARY KEY,
    seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
    project TEXT NOT NULL,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    ids TEXT NOT NULL,
    PRIMARY KEY (project, seq)
) STRICT, WITHOUT ROWID;

-- What the planner is to think of the tables: rows, then rows for each longer prefix of the key,
-- as in a large project. Without it the planner takes any key that begins with the project for
-- a good one; with it plans do not depend on when somebody ran ANALYZE.
ANALYZE;
DELETE FROM sqlite_stat1;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('logs', 'sqlite_autoindex_logs_1', '1000000 1000000 1'),
    ('logs', 'logs_deployment', '1000000 1000000 100000 1'),
    ('logs', 'logs_model', '1000000 1000000 100000 1'),
    ('logs', 'logs_user', '1000000 1000000 100 1'),
    ('logs', 'logs_chain', '1000000 1000000 10 1'),
    ('logs', 'logs_conversation', '1000000 1000000 10 1'),
    ('logs', 'logs_failed', '20000 20000 1'),
    ('log_bodies', 'sqlite_autoindex_log_bodies_1', '1000000 1000000 1'),
    ('log_patches', 'log_patches', '500000 500000 2 1'),
    ('log_tags', 'log_tags', '3000000 3000000 500000 20000 1'),
    ('early_logs', 'early_logs', '1000 1000 1'),
    ('search_todo', 'search_todo', '1000 1000 1'),
    ('log_tallies', 'log_tallies', '500000 500000 1'),
    ('log_tallies', 'log_tallies_score', '200000 200000 1 1'),
    ('log_tallies', 'log_tallies_up', '300000 300000 1'),
    ('log_tallies', 'log_tallies_down', '100000 100000 1'),
    ('feedback', 'feedback', '2000000 2000000 1'),
    ('feedback', 'feedback_target', '2000000 2000000 3 2 1'),
    ('feedback', 'feedback_name', '2000000 2000000 200000 1'),
    ('feedback_retractions', 'feedback_retractions', '10000 10000 1'),
    ('feedback_labels', 'feedback_labels', '3000000 3000000 500000 3 2 1'),
    ('feedback_rollups', 'feedback_rollups', '1000000 1000000 100000 20000 500 3 1'),
    ('log_rollups', 'log_rollups', '50000 50000 200 20 5 1'),
    ('metrics', 'metrics', '50 50 1'),
    ('idempotency', 'idempotency', '1000000 1000000 1'),
    ('events', 'events', '10000 10000 1');
ANALYZE sqlite_schema;
