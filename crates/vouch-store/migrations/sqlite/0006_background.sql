-- Feedback that was acknowledged and whose effects wait, in blocks of one project. A block is
-- named after its first feedback.
CREATE TABLE feedback_inbox (
    project TEXT NOT NULL,
    id TEXT NOT NULL,
    feedback_count INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (project, id)
) STRICT;
CREATE INDEX feedback_inbox_oldest ON feedback_inbox (id);

-- The newest log whose words were read; those of later ones are read in their order. What
-- changed since is in search_todo.
CREATE TABLE search_progress (seq INTEGER NOT NULL) STRICT;
INSERT INTO search_progress (seq) SELECT COALESCE(MAX(seq), 0) FROM logs;
