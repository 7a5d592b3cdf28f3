-- From which pages feedback may come: a JSON list of origins; null for any.
ALTER TABLE projects ADD COLUMN feedback_origins TEXT COLLATE "C";
