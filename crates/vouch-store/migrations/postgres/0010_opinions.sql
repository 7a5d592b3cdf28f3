-- Statistics hold the reviews of a queue in memory and read what changed since. A review's change
-- is the number that its queue's change had when it came or ended; it only grows. Reviews from
-- before have 0.
ALTER TABLE reviews ADD COLUMN change BIGINT NOT NULL DEFAULT 0;
ALTER TABLE queue_counts ADD COLUMN change BIGINT NOT NULL DEFAULT 0;
CREATE INDEX reviews_change ON reviews (project, queue, change, id);

-- Queues whose tasks are decided by a method that weighs reviewers, and up to which change that is
-- done; and the tasks whose reviews are in and that wait for it.
CREATE TABLE weighed_queues (
    project TEXT COLLATE "C" NOT NULL,
    queue TEXT COLLATE "C" NOT NULL,
    change BIGINT NOT NULL,
    PRIMARY KEY (project, queue)
);
CREATE TABLE weigh_todo (
    project TEXT COLLATE "C" NOT NULL,
    queue TEXT COLLATE "C" NOT NULL,
    task TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (project, queue, task)
);
