-- Saved views of the request log: a filter under a name.
CREATE TABLE views (
    project TEXT COLLATE "C" NOT NULL REFERENCES projects (id),
    id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    q TEXT COLLATE "C" NOT NULL,
    filter TEXT COLLATE "C" NOT NULL,
    created_by TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (project, id),
    UNIQUE (project, name)
);
