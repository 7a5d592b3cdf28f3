-- Review: queues, their tasks, and what reviewers answer. Turns only grow within a queue.

-- The settings are JSON without the guidelines; these, and every version of both, are in
-- queue_versions. Tasks that were complete at reopen_at are asked again, in the order of their
-- ids; reopen_after says how far that is done.
CREATE TABLE queues (
    project TEXT COLLATE "C" NOT NULL REFERENCES projects (id),
    id TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    settings TEXT COLLATE "C" NOT NULL,
    rubric_version BIGINT NOT NULL,
    guidelines_version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    archived_at BIGINT,
    reopen_at BIGINT,
    reopen_after TEXT COLLATE "C",
    PRIMARY KEY (project, id)
);
CREATE INDEX queues_reopen ON queues (project, id) WHERE reopen_at IS NOT NULL;
CREATE UNIQUE INDEX queues_key ON queues (project, key);

-- part is `rubric` or `guidelines`.
CREATE TABLE queue_versions (
    project TEXT COLLATE "C" NOT NULL,
    queue TEXT COLLATE "C" NOT NULL,
    part TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (project, queue, part, version)
);

-- How many tasks of each kind there are, how many reviews count, and the last turn that was given.
CREATE TABLE queue_counts (
    project TEXT COLLATE "C" NOT NULL,
    queue TEXT COLLATE "C" NOT NULL,
    turn BIGINT NOT NULL,
    untouched BIGINT NOT NULL,
    begun BIGINT NOT NULL,
    disputed BIGINT NOT NULL,
    complete BIGINT NOT NULL,
    cancelled BIGINT NOT NULL,
    gold BIGINT NOT NULL,
    reviews BIGINT NOT NULL,
    saved BIGINT NOT NULL,
    PRIMARY KEY (project, queue)
);

-- Reviews of a day; of one reviewer, or of all where the user is empty.
CREATE TABLE queue_days (
    project TEXT COLLATE "C" NOT NULL,
    queue TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    day BIGINT NOT NULL,
    reviews BIGINT NOT NULL,
    PRIMARY KEY (project, queue, user_id, day)
);

-- Queues with rules that take logs; how many each took on a day; and the logs that changed since
-- the rules last looked.
CREATE TABLE rule_queues (
    project TEXT COLLATE "C" NOT NULL,
    queue TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (project, queue)
);
CREATE TABLE rule_days (
    project TEXT COLLATE "C" NOT NULL,
    queue TEXT COLLATE "C" NOT NULL,
    rule TEXT COLLATE "C" NOT NULL,
    day BIGINT NOT NULL,
    taken BIGINT NOT NULL,
    PRIMARY KEY (project, queue, rule, day)
);
CREATE TABLE rule_todo (
    project TEXT COLLATE "C" NOT NULL,
    log TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (project, log)
);

-- disputed says that a person has to decide. band and turn are those of its place in task_line,
-- where it has one.
CREATE TABLE tasks (
    project TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    queue TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    log TEXT COLLATE "C",
    state TEXT COLLATE "C" NOT NULL,
    state_at BIGINT,
    state_why TEXT COLLATE "C",
    disputed BIGINT NOT NULL,
    is_gold BIGINT NOT NULL,
    priority BIGINT NOT NULL,
    due_at BIGINT,
    origin TEXT COLLATE "C" NOT NULL,
    wanted BIGINT NOT NULL,
    reviews BIGINT NOT NULL,
    leases BIGINT NOT NULL,
    assignee TEXT COLLATE "C",
    escalated TEXT COLLATE "C",
    band BIGINT,
    turn BIGINT,
    created_at BIGINT NOT NULL,
    consensus TEXT COLLATE "C",
    PRIMARY KEY (project, id)
);
CREATE UNIQUE INDEX tasks_key ON tasks (project, queue, key);
CREATE INDEX tasks_queue ON tasks (project, queue, id);
CREATE INDEX tasks_state ON tasks (project, queue, state, id);
CREATE INDEX tasks_disputed ON tasks (project, queue, id) WHERE disputed = 1;
CREATE INDEX tasks_due ON tasks (project, queue, due_at)
    WHERE due_at IS NOT NULL AND state IN ('open', 'conflict');
CREATE INDEX tasks_log ON tasks (project, log) WHERE log IS NOT NULL;

-- What a task is about, what a judge answered, and the right answers, as JSON.
CREATE TABLE task_items (
    project TEXT COLLATE "C" NOT NULL,
    task TEXT COLLATE "C" NOT NULL,
    item TEXT COLLATE "C" NOT NULL,
    suggestion TEXT COLLATE "C",
    gold TEXT COLLATE "C",
    PRIMARY KEY (project, task)
);

-- Tasks with free places, in the order in which they are given out: band 0 is what came back.
CREATE TABLE task_line (
    project TEXT COLLATE "C" NOT NULL,
    queue TEXT COLLATE "C" NOT NULL,
    priority BIGINT NOT NULL,
    band BIGINT NOT NULL,
    turn BIGINT NOT NULL,
    task TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (project, queue, priority, band, turn)
);
CREATE TABLE gold_line (
    project TEXT COLLATE "C" NOT NULL,
    queue TEXT COLLATE "C" NOT NULL,
    turn BIGINT NOT NULL,
    task TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (project, queue, turn)
);

-- Who has to do with a task: leased, assigned, reviewed, skipped, escalated, or left (they had
-- it, and may have it again). kept says that it is kept for them while it is not done.
CREATE TABLE task_seats (
    project TEXT COLLATE "C" NOT NULL,
    task TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    queue TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    kept BIGINT NOT NULL,
    until BIGINT,
    rubric_version BIGINT NOT NULL,
    draft TEXT COLLATE "C",
    returned TEXT COLLATE "C",
    reason TEXT COLLATE "C",
    PRIMARY KEY (project, task, user_id)
);
CREATE INDEX task_seats_user ON task_seats (project, queue, user_id, state, task);
CREATE INDEX task_seats_until ON task_seats (project, queue, until) WHERE state = 'leased';

-- Up to which turn nothing is left for a reviewer.
CREATE TABLE queue_reaches (
    project TEXT COLLATE "C" NOT NULL,
    queue TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    priority BIGINT NOT NULL,
    band BIGINT NOT NULL,
    turn BIGINT NOT NULL,
    PRIMARY KEY (project, queue, user_id, priority, band)
);

-- gold_window is one digit for each of the last gold tasks: 1 for right.
CREATE TABLE queue_reviewers (
    project TEXT COLLATE "C" NOT NULL,
    queue TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    until BIGINT,
    reason TEXT COLLATE "C",
    given BIGINT NOT NULL DEFAULT 0,
    gold_given BIGINT NOT NULL DEFAULT 0,
    gold_reach BIGINT NOT NULL DEFAULT 0,
    gold_window TEXT COLLATE "C" NOT NULL DEFAULT '',
    done BIGINT NOT NULL DEFAULT 0,
    active_ms BIGINT NOT NULL DEFAULT 0,
    skips BIGINT NOT NULL DEFAULT 0,
    escalations BIGINT NOT NULL DEFAULT 0,
    rejected BIGINT NOT NULL DEFAULT 0,
    compared BIGINT NOT NULL DEFAULT 0,
    agreed BIGINT NOT NULL DEFAULT 0,
    gold_done BIGINT NOT NULL DEFAULT 0,
    gold_right BIGINT NOT NULL DEFAULT 0,
    suggested BIGINT NOT NULL DEFAULT 0,
    followed BIGINT NOT NULL DEFAULT 0,
    last_at BIGINT,
    PRIMARY KEY (project, queue, user_id)
);

-- agreed is null while the task is undecided.
CREATE TABLE reviews (
    project TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    queue TEXT COLLATE "C" NOT NULL,
    task TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    submission TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    ended_at BIGINT,
    ended_by TEXT COLLATE "C",
    reason TEXT COLLATE "C",
    answers TEXT COLLATE "C" NOT NULL,
    rubric_version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    active_ms BIGINT NOT NULL,
    shown_order TEXT COLLATE "C",
    followed BIGINT,
    gold_right BIGINT,
    agreed BIGINT,
    PRIMARY KEY (project, id)
);
CREATE UNIQUE INDEX reviews_task ON reviews (project, task, user_id, submission);
CREATE INDEX reviews_queue ON reviews (project, queue, id);
CREATE INDEX reviews_user ON reviews (project, user_id, id);
