-- Which log a span of a trace has, from the first that names it: the span, or its feedback.
CREATE TABLE log_spans (
    project TEXT NOT NULL,
    trace_id TEXT NOT NULL,
    span_id TEXT NOT NULL,
    log TEXT NOT NULL,
    PRIMARY KEY (project, trace_id, span_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX log_spans_log ON log_spans (project, log);

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('log_spans', 'log_spans', '1000000 1000000 5 1'),
    ('log_spans', 'log_spans_log', '1000000 1000000 1');
ANALYZE sqlite_schema;

-- How often a key may call; null for no limit.
ALTER TABLE api_keys ADD COLUMN requests_per_minute INTEGER;

-- Open invitations, by the hash of their secret. One that is taken or revoked is gone; the audit
-- trail keeps it.
CREATE TABLE invitations (
    project TEXT NOT NULL REFERENCES projects (id),
    id TEXT NOT NULL,
    token_sha256 TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    email TEXT,
    invited_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (project, id)
) STRICT;
