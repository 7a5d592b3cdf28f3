-- Webhooks: what they are told is written with what happened, and sent a moment later.

-- events and queues are JSON lists; secrets are sealed.
CREATE TABLE webhooks (
    project TEXT NOT NULL REFERENCES projects (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    events TEXT NOT NULL,
    queues TEXT NOT NULL,
    secret BLOB NOT NULL,
    old_secret BLOB,
    old_secret_until INTEGER,
    off_at INTEGER,
    off_why TEXT,
    failing_since INTEGER,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (project, id)
) STRICT;

-- next_at is when it is sent, or, while it is being sent, when that is taken to have failed.
-- tries counts attempts since it began or was replayed, claims counts all; history is JSON.
CREATE TABLE webhook_deliveries (
    project TEXT NOT NULL,
    id TEXT NOT NULL,
    webhook TEXT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    next_at INTEGER NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    claims INTEGER NOT NULL DEFAULT 0,
    history TEXT NOT NULL DEFAULT '[]',
    PRIMARY KEY (project, id)
) STRICT;
CREATE INDEX webhook_deliveries_webhook ON webhook_deliveries (project, webhook, id);
CREATE INDEX webhook_deliveries_state ON webhook_deliveries (project, webhook, state, id);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (project, webhook, next_at)
    WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_created ON webhook_deliveries (created_at);

-- Questions on which a queue's reviewers were found to agree too little, until they agree again.
CREATE TABLE agreement_alerts (
    project TEXT NOT NULL,
    queue TEXT NOT NULL,
    question TEXT NOT NULL,
    told_at INTEGER NOT NULL,
    PRIMARY KEY (project, queue, question)
) STRICT, WITHOUT ROWID;

-- What a large database would tell the planner.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('webhooks', 'sqlite_autoindex_webhooks_1', '100 10 1'),
    ('webhook_deliveries', 'sqlite_autoindex_webhook_deliveries_1', '1000000 1000000 1'),
    ('webhook_deliveries', 'webhook_deliveries_webhook', '1000000 1000000 100000 1'),
    ('webhook_deliveries', 'webhook_deliveries_state', '1000000 1000000 100000 30000 1'),
    ('webhook_deliveries', 'webhook_deliveries_due', '10000 10000 1000 1'),
    ('webhook_deliveries', 'webhook_deliveries_created', '1000000 2'),
    ('agreement_alerts', 'agreement_alerts', '1000 1000 10 1');
ANALYZE sqlite_schema;
