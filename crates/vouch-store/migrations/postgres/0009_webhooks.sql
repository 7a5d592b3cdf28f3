-- Webhooks: what they are told is written with what happened, and sent a moment later.

-- events and queues are JSON lists; secrets are sealed.
CREATE TABLE webhooks (
    project TEXT COLLATE "C" NOT NULL REFERENCES projects (id),
    id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    url TEXT COLLATE "C" NOT NULL,
    events TEXT COLLATE "C" NOT NULL,
    queues TEXT COLLATE "C" NOT NULL,
    secret BYTEA NOT NULL,
    old_secret BYTEA,
    old_secret_until BIGINT,
    off_at BIGINT,
    off_why TEXT COLLATE "C",
    failing_since BIGINT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (project, id)
);

-- next_at is when it is sent, or, while it is being sent, when that is taken to have failed.
-- tries counts attempts since it began or was replayed, claims counts all; history is JSON.
CREATE TABLE webhook_deliveries (
    project TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    webhook TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    tries BIGINT NOT NULL DEFAULT 0,
    claims BIGINT NOT NULL DEFAULT 0,
    history TEXT COLLATE "C" NOT NULL DEFAULT '[]',
    PRIMARY KEY (project, id)
);
CREATE INDEX webhook_deliveries_webhook ON webhook_deliveries (project, webhook, id);
CREATE INDEX webhook_deliveries_state ON webhook_deliveries (project, webhook, state, id);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (project, webhook, next_at)
    WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_created ON webhook_deliveries (created_at);

-- Questions on which a queue's reviewers were found to agree too little, until they agree again.
CREATE TABLE agreement_alerts (
    project TEXT COLLATE "C" NOT NULL,
    queue TEXT COLLATE "C" NOT NULL,
    question TEXT COLLATE "C" NOT NULL,
    told_at BIGINT NOT NULL,
    PRIMARY KEY (project, queue, question)
);
