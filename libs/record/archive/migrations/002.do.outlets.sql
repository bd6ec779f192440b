-- How far what is archived of a log was published, by the lasting name of where to. Unlike a commit this may be set back:
-- what comes after the position is published (again).
CREATE TABLE archive.outlets (
  log_id integer NOT NULL REFERENCES archive.logs,
  name text NOT NULL,
  published_seq bigint NOT NULL CHECK (published_seq >= 0),
  published_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (log_id, name)
);
