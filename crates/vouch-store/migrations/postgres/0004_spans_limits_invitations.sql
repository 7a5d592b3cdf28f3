-- Which log a span of a trace has, from the first that names it: the span, or its feedback.
CREATE TABLE log_spans (
    project TEXT COLLATE "C" NOT NULL,
    trace_id TEXT COLLATE "C" NOT NULL,
    span_id TEXT COLLATE "C" NOT NULL,
    log TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (project, trace_id, span_id)
);
CREATE INDEX log_spans_log ON log_spans (project, log);

-- How often a key may call; null for no limit.
ALTER TABLE api_keys ADD COLUMN requests_per_minute BIGINT;

-- Open invitations, by the hash of their secret. One that is taken or revoked is gone; the audit
-- trail keeps it.
CREATE TABLE invitations (
    project TEXT COLLATE "C" NOT NULL REFERENCES projects (id),
    id TEXT COLLATE "C" NOT NULL,
    token_sha256 TEXT COLLATE "C" NOT NULL UNIQUE,
    role TEXT COLLATE "C" NOT NULL,
    email TEXT COLLATE "C",
    invited_by TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (project, id)
);
