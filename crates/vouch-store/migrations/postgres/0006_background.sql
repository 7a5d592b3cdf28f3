-- Feedback that was acknowledged and whose effects wait, in blocks of one project. A block is
-- named after its first feedback. Only a restored backup of SQLite brings any here.
CREATE TABLE feedback_inbox (
    project TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    feedback_count BIGINT NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (project, id)
);
CREATE INDEX feedback_inbox_oldest ON feedback_inbox (id);
