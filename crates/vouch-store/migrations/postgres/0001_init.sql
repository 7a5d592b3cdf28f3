-- Times are microseconds since 1970, ids are TypeID texts that sort by time, and the project
-- leads every key. Texts compare by byte, as in SQLite.

CREATE TABLE projects (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE users (
    project TEXT COLLATE "C" NOT NULL REFERENCES projects (id),
    id TEXT COLLATE "C" NOT NULL,
    email TEXT COLLATE "C" NOT NULL UNIQUE,
    name TEXT COLLATE "C" NOT NULL,
    role TEXT COLLATE "C" NOT NULL,
    password_hash TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    disabled_at BIGINT,
    PRIMARY KEY (project, id)
);
CREATE UNIQUE INDEX users_id ON users (id);

CREATE TABLE sessions (
    token_sha256 TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    user_id TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);

CREATE TABLE signin_links (
    token_sha256 TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    user_id TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX signin_links_user ON signin_links (user_id);

CREATE TABLE api_keys (
    project TEXT COLLATE "C" NOT NULL REFERENCES projects (id),
    id TEXT COLLATE "C" NOT NULL,
    sha256 TEXT COLLATE "C" NOT NULL UNIQUE,
    name TEXT COLLATE "C" NOT NULL,
    prefix TEXT COLLATE "C" NOT NULL,
    scopes TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    revoked_at BIGINT,
    PRIMARY KEY (project, id)
);

CREATE TABLE metrics (
    project TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    definition TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (project, name)
);

CREATE TABLE deployments (
    project TEXT COLLATE "C" NOT NULL REFERENCES projects (id),
    key TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C" NOT NULL,
    active_version BIGINT,
    created_at BIGINT NOT NULL,
    archived_at BIGINT,
    PRIMARY KEY (project, key)
);

CREATE TABLE deployment_versions (
    project TEXT COLLATE "C" NOT NULL,
    deployment TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL,
    spec TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT COLLATE "C" NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (project, deployment, number),
    FOREIGN KEY (project, deployment) REFERENCES deployments (project, key)
);

CREATE TABLE providers (
    project TEXT COLLATE "C" NOT NULL REFERENCES projects (id),
    name TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    base_url TEXT COLLATE "C",
    key TEXT COLLATE "C" NOT NULL,
    sealed BYTEA,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (project, name)
);

CREATE TABLE prices (
    project TEXT COLLATE "C" NOT NULL REFERENCES projects (id),
    provider TEXT COLLATE "C" NOT NULL,
    model TEXT COLLATE "C" NOT NULL,
    input_usd_micros_per_mtok BIGINT NOT NULL,
    output_usd_micros_per_mtok BIGINT NOT NULL,
    PRIMARY KEY (project, provider, model)
);

-- A log as a line of a list. The body as it came is in log_bodies and never changes; what
-- addMetrics added is in log_patches; this row shows both merged.
CREATE TABLE logs (
    project TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    day BIGINT NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    origin TEXT COLLATE "C" NOT NULL,
    deployment TEXT COLLATE "C",
    version BIGINT,
    variant TEXT COLLATE "C",
    provider TEXT COLLATE "C",
    model TEXT COLLATE "C",
    chain_id TEXT COLLATE "C",
    conversation_id TEXT COLLATE "C",
    user_id TEXT COLLATE "C",
    tags TEXT COLLATE "C",
    input_preview TEXT COLLATE "C" NOT NULL,
    output_preview TEXT COLLATE "C" NOT NULL,
    prompt_tokens BIGINT,
    completion_tokens BIGINT,
    total_tokens BIGINT,
    latency_ms DOUBLE PRECISION,
    time_to_first_token_ms DOUBLE PRECISION,
    cost_usd_micros BIGINT,
    mean_logprob DOUBLE PRECISION,
    PRIMARY KEY (project, id)
);
CREATE INDEX logs_deployment ON logs (project, deployment, id) WHERE deployment IS NOT NULL;
CREATE INDEX logs_model ON logs (project, model, id) WHERE model IS NOT NULL;
CREATE INDEX logs_user ON logs (project, user_id, id) WHERE user_id IS NOT NULL;
CREATE INDEX logs_chain ON logs (project, chain_id, id) WHERE chain_id IS NOT NULL;
CREATE INDEX logs_conversation ON logs (project, conversation_id, id)
    WHERE conversation_id IS NOT NULL;
CREATE INDEX logs_failed ON logs (project, id) WHERE status = 'failed';

-- The words of the logs, and those whose words are to be read again. Words are indexed a moment
-- after the log is written, by a task of their own.
CREATE TABLE log_search (
    project TEXT COLLATE "C" NOT NULL,
    log TEXT COLLATE "C" NOT NULL,
    words TSVECTOR NOT NULL,
    PRIMARY KEY (project, log)
);
CREATE INDEX log_search_words ON log_search USING gin (words);
CREATE TABLE search_todo (
    project TEXT COLLATE "C" NOT NULL,
    log TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (project, log)
);

-- Between which ids the logs of a day lie: a log may have an id of another time.
CREATE TABLE log_days (
    project TEXT COLLATE "C" NOT NULL,
    day BIGINT NOT NULL,
    first_log TEXT COLLATE "C" NOT NULL,
    last_log TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (project, day)
);

CREATE TABLE log_bodies (
    project TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (project, id)
);

CREATE TABLE log_patches (
    project TEXT COLLATE "C" NOT NULL,
    log TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    author TEXT COLLATE "C" NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (project, log, id)
);

CREATE TABLE log_tags (
    project TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    log TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (project, key, value, log)
);

-- Logs that have patches or feedback but have not come yet.
CREATE TABLE early_logs (
    project TEXT COLLATE "C" NOT NULL,
    log TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (project, log)
);

-- What people said of a log, from the feedback that counts; also for logs that have not come
-- yet. Scores are summed in millionths, so that taking one away leaves no rounding behind.
CREATE TABLE log_tallies (
    project TEXT COLLATE "C" NOT NULL,
    log TEXT COLLATE "C" NOT NULL,
    thumbs_up BIGINT NOT NULL DEFAULT 0,
    thumbs_down BIGINT NOT NULL DEFAULT 0,
    feedback_count BIGINT NOT NULL,
    corrections BIGINT NOT NULL DEFAULT 0,
    program_scores BIGINT NOT NULL DEFAULT 0,
    program_score_micros BIGINT NOT NULL DEFAULT 0,
    judge_scores BIGINT NOT NULL DEFAULT 0,
    judge_score_micros BIGINT NOT NULL DEFAULT 0,
    end_user_scores BIGINT NOT NULL DEFAULT 0,
    end_user_score_micros BIGINT NOT NULL DEFAULT 0,
    reviewer_scores BIGINT NOT NULL DEFAULT 0,
    reviewer_score_micros BIGINT NOT NULL DEFAULT 0,
    score DOUBLE PRECISION GENERATED ALWAYS AS (
        CASE
            WHEN reviewer_scores > 0 THEN reviewer_score_micros::DOUBLE PRECISION / 1000000 / reviewer_scores
            WHEN end_user_scores > 0 THEN end_user_score_micros::DOUBLE PRECISION / 1000000 / end_user_scores
            WHEN judge_scores > 0 THEN judge_score_micros::DOUBLE PRECISION / 1000000 / judge_scores
            WHEN program_scores > 0 THEN program_score_micros::DOUBLE PRECISION / 1000000 / program_scores
        END
    ) STORED,
    PRIMARY KEY (project, log)
);
CREATE INDEX log_tallies_score ON log_tallies (project, log, score) WHERE score IS NOT NULL;
CREATE INDEX log_tallies_up ON log_tallies (project, log) WHERE thumbs_up > 0;
CREATE INDEX log_tallies_down ON log_tallies (project, log) WHERE thumbs_down > 0;

-- target is a log's id, or `chain:` or `conversation:` and a name.
CREATE TABLE feedback (
    project TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    author TEXT COLLATE "C" NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    target TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    value_num DOUBLE PRECISION,
    comment TEXT COLLATE "C",
    correction TEXT COLLATE "C",
    counts BIGINT NOT NULL,
    PRIMARY KEY (project, id)
);
CREATE INDEX feedback_target ON feedback (project, target, author, name);
CREATE INDEX feedback_name ON feedback (project, name, id);

CREATE TABLE feedback_retractions (
    project TEXT COLLATE "C" NOT NULL,
    feedback TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    author TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (project, feedback)
);

-- The words of the feedback on logs that counts, or an empty label where it has none: from a bar
-- of a chart to its logs.
CREATE TABLE feedback_labels (
    project TEXT COLLATE "C" NOT NULL,
    metric TEXT COLLATE "C" NOT NULL,
    label TEXT COLLATE "C" NOT NULL,
    log TEXT COLLATE "C" NOT NULL,
    feedback TEXT COLLATE "C" NOT NULL,
    day BIGINT NOT NULL,
    PRIMARY KEY (project, metric, log, label, feedback)
);

-- Between which logs the feedback of a metric on a day lies, so that only these are looked at.
CREATE TABLE feedback_days (
    project TEXT COLLATE "C" NOT NULL,
    metric TEXT COLLATE "C" NOT NULL,
    day BIGINT NOT NULL,
    first_log TEXT COLLATE "C" NOT NULL,
    last_log TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (project, metric, day)
);

CREATE TABLE feedback_rollups (
    project TEXT COLLATE "C" NOT NULL,
    metric TEXT COLLATE "C" NOT NULL,
    dimension TEXT COLLATE "C" NOT NULL,
    day BIGINT NOT NULL,
    dimension_value TEXT COLLATE "C" NOT NULL,
    label TEXT COLLATE "C" NOT NULL,
    count BIGINT NOT NULL,
    sum DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (project, metric, dimension, day, dimension_value, label)
);

CREATE TABLE log_rollups (
    project TEXT COLLATE "C" NOT NULL,
    day BIGINT NOT NULL,
    deployment TEXT COLLATE "C" NOT NULL,
    variant TEXT COLLATE "C" NOT NULL,
    model TEXT COLLATE "C" NOT NULL,
    calls BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    prompt_tokens BIGINT NOT NULL,
    completion_tokens BIGINT NOT NULL,
    cost_usd_micros BIGINT NOT NULL,
    PRIMARY KEY (project, day, deployment, variant, model)
);

CREATE TABLE idempotency (
    project TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    body_sha256 TEXT COLLATE "C" NOT NULL,
    result TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (project, key)
);

CREATE TABLE audit (
    project TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT COLLATE "C" NOT NULL,
    action TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    details TEXT COLLATE "C" NOT NULL,
    hash TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (project, seq)
);

-- The number of the newest event. Its row is locked last in a transaction, so that events become
-- visible in the order of their numbers.
CREATE TABLE event_heads (
    project TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    seq BIGINT NOT NULL
);

CREATE TABLE events (
    project TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    ids TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (project, seq)
);
