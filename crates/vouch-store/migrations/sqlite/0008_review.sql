-- Review: queues, their tasks, and what reviewers answer. Turns only grow within a queue.

-- The settings are JSON without the guidelines; these, and every version of both, are in
-- queue_versions. Tasks that were complete at reopen_at are asked again, in the order of their
-- ids; reopen_after says how far that is done.
CREATE TABLE queues (
    project TEXT NOT NULL REFERENCES projects (id),
    id TEXT NOT NULL,
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    settings TEXT NOT NULL,
    rubric_version INTEGER NOT NULL,
    guidelines_version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    archived_at INTEGER,
    reopen_at INTEGER,
    reopen_after TEXT,
    PRIMARY KEY (project, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX queues_reopen ON queues (project, id) WHERE reopen_at IS NOT NULL;
CREATE UNIQUE INDEX queues_key ON queues (project, key);

-- part is `rubric` or `guidelines`.
CREATE TABLE queue_versions (
    project TEXT NOT NULL,
    queue TEXT NOT NULL,
    part TEXT NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    PRIMARY KEY (project, queue, part, version)
) STRICT, WITHOUT ROWID;

-- How many tasks of each kind there are, how many reviews count, and the last turn that was given.
CREATE TABLE queue_counts (
    project TEXT NOT NULL,
    queue TEXT NOT NULL,
    turn INTEGER NOT NULL,
    untouched INTEGER NOT NULL,
    begun INTEGER NOT NULL,
    disputed INTEGER NOT NULL,
    complete INTEGER NOT NULL,
    cancelled INTEGER NOT NULL,
    gold INTEGER NOT NULL,
    reviews INTEGER NOT NULL,
    saved INTEGER NOT NULL,
    PRIMARY KEY (project, queue)
) STRICT, WITHOUT ROWID;

-- Reviews of a day; of one reviewer, or of all where the user is empty.
CREATE TABLE queue_days (
    project TEXT NOT NULL,
    queue TEXT NOT NULL,
    user_id TEXT NOT NULL,
    day INTEGER NOT NULL,
    reviews INTEGER NOT NULL,
    PRIMARY KEY (project, queue, user_id, day)
) STRICT, WITHOUT ROWID;

-- Queues with rules that take logs; how many each took on a day; and the logs that changed since
-- the rules last looked.
CREATE TABLE rule_queues (
    project TEXT NOT NULL,
    queue TEXT NOT NULL,
    PRIMARY KEY (project, queue)
) STRICT, WITHOUT ROWID;
CREATE TABLE rule_days (
    project TEXT NOT NULL,
    queue TEXT NOT NULL,
    rule TEXT NOT NULL,
    day INTEGER NOT NULL,
    taken INTEGER NOT NULL,
    PRIMARY KEY (project, queue, rule, day)
) STRICT, WITHOUT ROWID;
CREATE TABLE rule_todo (
    project TEXT NOT NULL,
    log TEXT NOT NULL,
    PRIMARY KEY (project, log)
) STRICT, WITHOUT ROWID;

-- disputed says that a person has to decide. band and turn are those of its place in task_line,
-- where it has one.
CREATE TABLE tasks (
    project TEXT NOT NULL,
    id TEXT NOT NULL,
    queue TEXT NOT NULL,
    key TEXT NOT NULL,
    log TEXT,
    state TEXT NOT NULL,
    state_at INTEGER,
    state_why TEXT,
    disputed INTEGER NOT NULL,
    is_gold INTEGER NOT NULL,
    priority INTEGER NOT NULL,
    due_at INTEGER,
    origin TEXT NOT NULL,
    wanted INTEGER NOT NULL,
    reviews INTEGER NOT NULL,
    leases INTEGER NOT NULL,
    assignee TEXT,
    escalated TEXT,
    band INTEGER,
    turn INTEGER,
    created_at INTEGER NOT NULL,
    consensus TEXT,
    PRIMARY KEY (project, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX tasks_key ON tasks (project, queue, key);
CREATE INDEX tasks_queue ON tasks (project, queue, id);
CREATE INDEX tasks_state ON tasks (project, queue, state, id);
CREATE INDEX tasks_disputed ON tasks (project, queue, id) WHERE disputed = 1;
CREATE INDEX tasks_due ON tasks (project, queue, due_at)
    WHERE due_at IS NOT NULL AND state IN ('open', 'conflict');
CREATE INDEX tasks_log ON tasks (project, log) WHERE log IS NOT NULL;

-- What a task is about, what a judge answered, and the right answers, as JSON.
CREATE TABLE task_items (
    project TEXT NOT NULL,
    task TEXT NOT NULL,
    item TEXT NOT NULL,
    suggestion TEXT,
    gold TEXT,
    PRIMARY KEY (project, task)
) STRICT;

-- Tasks with free places, in the order in which they are given out: band 0 is what came back.
CREATE TABLE task_line (
    project TEXT NOT NULL,
    queue TEXT NOT NULL,
    priority INTEGER NOT NULL,
    band INTEGER NOT NULL,
    turn INTEGER NOT NULL,
    task TEXT NOT NULL,
    PRIMARY KEY (project, queue, priority, band, turn)
) STRICT, WITHOUT ROWID;
CREATE TABLE gold_line (
    project TEXT NOT NULL,
    queue TEXT NOT NULL,
    turn INTEGER NOT NULL,
    task TEXT NOT NULL,
    PRIMARY KEY (project, queue, turn)
) STRICT, WITHOUT ROWID;

-- Who has to do with a task: leased, assigned, reviewed, skipped, escalated, or left (they had
-- it, and may have it again). kept says that it is kept for them while it is not done.
CREATE TABLE task_seats (
    project TEXT NOT NULL,
    task TEXT NOT NULL,
    user_id TEXT NOT NULL,
    queue TEXT NOT NULL,
    state TEXT NOT NULL,
    kept INTEGER NOT NULL,
    until INTEGER,
    rubric_version INTEGER NOT NULL,
    draft TEXT,
    returned TEXT,
    reason TEXT,
    PRIMARY KEY (project, task, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX task_seats_user ON task_seats (project, queue, user_id, state, task);
CREATE INDEX task_seats_until ON task_seats (project, queue, until) WHERE state = 'leased';

-- Up to which turn nothing is left for a reviewer.
CREATE TABLE queue_reaches (
    project TEXT NOT NULL,
    queue TEXT NOT NULL,
    user_id TEXT NOT NULL,
    priority INTEGER NOT NULL,
    band INTEGER NOT NULL,
    turn INTEGER NOT NULL,
    PRIMARY KEY (project, queue, user_id, priority, band)
) STRICT, WITHOUT ROWID;

-- gold_window is one digit for each of the last gold tasks: 1 for right.
CREATE TABLE queue_reviewers (
    project TEXT NOT NULL,
    queue TEXT NOT NULL,
    user_id TEXT NOT NULL,
    state TEXT NOT NULL,
    until INTEGER,
    reason TEXT,
    given INTEGER NOT NULL DEFAULT 0,
    gold_given INTEGER NOT NULL DEFAULT 0,
    gold_reach INTEGER NOT NULL DEFAULT 0,
    gold_window TEXT NOT NULL DEFAULT '',
    done INTEGER NOT NULL DEFAULT 0,
    active_ms INTEGER NOT NULL DEFAULT 0,
    skips INTEGER NOT NULL DEFAULT 0,
    escalations INTEGER NOT NULL DEFAULT 0,
    rejected INTEGER NOT NULL DEFAULT 0,
    compared INTEGER NOT NULL DEFAULT 0,
    agreed INTEGER NOT NULL DEFAULT 0,
    gold_done INTEGER NOT NULL DEFAULT 0,
    gold_right INTEGER NOT NULL DEFAULT 0,
    suggested INTEGER NOT NULL DEFAULT 0,
    followed INTEGER NOT NULL DEFAULT 0,
    last_at INTEGER,
    PRIMARY KEY (project, queue, user_id)
) STRICT, WITHOUT ROWID;

-- agreed is null while the task is undecided.
CREATE TABLE reviews (
    project TEXT NOT NULL,
    id TEXT NOT NULL,
    queue TEXT NOT NULL,
    task TEXT NOT NULL,
    user_id TEXT NOT NULL,
    submission TEXT NOT NULL,
    state TEXT NOT NULL,
    ended_at INTEGER,
    ended_by TEXT,
    reason TEXT,
    answers TEXT NOT NULL,
    rubric_version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    active_ms INTEGER NOT NULL,
    shown_order TEXT,
    followed INTEGER,
    gold_right INTEGER,
    agreed INTEGER,
    PRIMARY KEY (project, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX reviews_task ON reviews (project, task, user_id, submission);
CREATE INDEX reviews_queue ON reviews (project, queue, id);
CREATE INDEX reviews_user ON reviews (project, user_id, id);

-- What a large database would tell the planner.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('queues', 'queues', '1000 100 1'),
    ('queues', 'queues_key', '1000 100 1'),
    ('queue_versions', 'queue_versions', '5000 500 5 3 1'),
    ('queue_counts', 'queue_counts', '1000 100 1'),
    ('queue_days', 'queue_days', '100000 10000 1000 30 1'),
    ('rule_queues', 'rule_queues', '100 10 1'),
    ('rule_days', 'rule_days', '10000 1000 100 30 1'),
    ('rule_todo', 'rule_todo', '1000 1000 1'),
    ('tasks', 'tasks', '1000000 1000000 1'),
    ('tasks', 'tasks_key', '1000000 1000000 100000 1'),
    ('tasks', 'tasks_queue', '1000000 1000000 100000 1'),
    ('tasks', 'tasks_state', '1000000 1000000 100000 30000 1'),
    ('tasks', 'tasks_disputed', '10000 10000 1000 1'),
    ('tasks', 'tasks_due', '100000 100000 10000 2'),
    ('tasks', 'tasks_log', '1000000 1000000 2'),
    ('task_items', 'sqlite_autoindex_task_items_1', '1000000 1000000 1'),
    ('task_line', 'task_line', '1000000 1000000 100000 50000 50000 1'),
    ('gold_line', 'gold_line', '1000 1000 100 1'),
    ('task_seats', 'task_seats', '3000000 3000000 3 1'),
    ('task_seats', 'task_seats_user', '3000000 3000000 300000 3000 1000 1'),
    ('task_seats', 'task_seats_until', '1000 1000 100 2'),
    ('queue_reaches', 'queue_reaches', '10000 10000 1000 4 2 1'),
    ('queue_reviewers', 'queue_reviewers', '10000 10000 50 1'),
    ('reviews', 'reviews', '3000000 3000000 1'),
    ('reviews', 'reviews_task', '3000000 3000000 3 1 1'),
    ('reviews', 'reviews_queue', '3000000 3000000 300000 1'),
    ('reviews', 'reviews_user', '3000000 3000000 30000 1');
ANALYZE sqlite_schema;
