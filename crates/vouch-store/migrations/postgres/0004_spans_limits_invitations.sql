-- Which log a span of a trace has, from the first that names it: the span, or its feedback.
CREATE TABLE log_spans (
    project TEXT COLLATE "C" NOT NULL,
    trace_id TEXT COLLATE "C" NOT NULL,
    span_id TEXT COLLATE "C" NOT NULL,
    log TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (project, trace_id, span_id)
);

-- How often a key may call; null for no limit.
ALTER TABLE api_keys ADD COLUMN requests_per_minute BIGINT;
