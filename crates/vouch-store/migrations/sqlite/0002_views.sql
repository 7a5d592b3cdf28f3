-- Saved views of the request log: a filter under a name.
CREATE TABLE views (
    project TEXT NOT NULL REFERENCES projects (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    q TEXT NOT NULL,
    filter TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (project, id),
    UNIQUE (project, name)
) STRICT, WITHOUT ROWID;
