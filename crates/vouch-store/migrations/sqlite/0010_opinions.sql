-- Statistics hold the reviews of a queue in memory and read what changed since. A review's change
-- is the number that its queue's change had when it came or ended; it only grows. Reviews from
-- before have 0.
ALTER TABLE reviews ADD COLUMN change INTEGER NOT NULL DEFAULT 0;
ALTER TABLE queue_counts ADD COLUMN change INTEGER NOT NULL DEFAULT 0;
CREATE INDEX reviews_change ON reviews (project, queue, change, id);

-- Queues whose tasks are decided by a method that weighs reviewers, and up to which change that is
-- done; and the tasks whose reviews are in and that wait for it.
CREATE TABLE weighed_queues (
    project TEXT NOT NULL,
    queue TEXT NOT NULL,
    change INTEGER NOT NULL,
    PRIMARY KEY (project, queue)
) STRICT, WITHOUT ROWID;
CREATE TABLE weigh_todo (
    project TEXT NOT NULL,
    queue TEXT NOT NULL,
    task TEXT NOT NULL,
    PRIMARY KEY (project, queue, task)
) STRICT, WITHOUT ROWID;

-- What a large database would tell the planner.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('reviews', 'reviews_change', '3000000 3000000 300000 2 1'),
    ('weighed_queues', 'weighed_queues', '100 10 1'),
    ('weigh_todo', 'weigh_todo', '1000 500 100 1');
ANALYZE sqlite_schema;
