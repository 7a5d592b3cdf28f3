-- The index of words moves into a file of its own beside this one, so that a long turn of it is
-- in nobody's way. It is made anew from the logs.
DROP TABLE log_search;
DROP TABLE search_progress;
DROP TABLE search_todo;

-- Which database the words are of: a restored or another file has another name.
CREATE TABLE search_source (id TEXT NOT NULL) STRICT;
INSERT INTO search_source (id) SELECT lower(hex(randomblob(16)));

-- Logs whose words are to be read again, or that are gone, by their number, in the order in which
-- that came to be. New logs are read in the order of their numbers and are not here.
CREATE TABLE search_changes (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    seq INTEGER NOT NULL
) STRICT;
