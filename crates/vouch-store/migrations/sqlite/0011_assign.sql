-- Groups of people, whom tasks are kept for, and work on queues that is done in steps.

-- A JSON list of names.
ALTER TABLE users ADD COLUMN member_of TEXT NOT NULL DEFAULT '[]';

-- How many tasks are kept for a reviewer. (tasks.assignee is the list of those for whom places
-- are kept, with commas.)
ALTER TABLE queue_reviewers ADD COLUMN waiting INTEGER NOT NULL DEFAULT 0;
INSERT INTO queue_reviewers (project, queue, user_id, state)
    SELECT DISTINCT project, queue, user_id, 'active' FROM task_seats WHERE state = 'assigned'
    ON CONFLICT (project, queue, user_id) DO NOTHING;
UPDATE queue_reviewers SET waiting = (
    SELECT COUNT(*) FROM task_seats s WHERE s.project = queue_reviewers.project
    AND s.queue = queue_reviewers.queue AND s.user_id = queue_reviewers.user_id
    AND s.state = 'assigned');

-- What is to be done in steps, each a transaction: `overlap` has open tasks follow a changed
-- overlap, `kept` gives away what is kept for people who are no longer given tasks. reached is
-- the task up to which it is done.
CREATE TABLE queue_work (
    project TEXT NOT NULL,
    queue TEXT NOT NULL,
    work TEXT NOT NULL,
    since INTEGER NOT NULL,
    reached TEXT NOT NULL,
    PRIMARY KEY (project, queue, work)
) STRICT, WITHOUT ROWID;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('queue_work', 'queue_work', '10 5 1 1');
ANALYZE sqlite_schema;
