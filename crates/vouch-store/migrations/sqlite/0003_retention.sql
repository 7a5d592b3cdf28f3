-- How long the logs of a project are kept; null for ever.
ALTER TABLE projects ADD COLUMN retention_days INTEGER;
-- Until when somebody archives what leaves; nobody else does so meanwhile.
ALTER TABLE projects ADD COLUMN archive_lease_until INTEGER;
