-- One row a log that is archived; archived_seq is the checkpoint: every commit up to it is in archive.commits.
CREATE TABLE archive.logs (
  log_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run text NOT NULL,
  stream text NOT NULL,
  archived_seq bigint NOT NULL DEFAULT 0 CHECK (archived_seq >= 0),
  archived_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (run, stream)
);

-- A commit as the log has it. What can be said in columns is derived from the exact bytes and the subject by the
-- database itself, so that it cannot say something else; commit is null where jsonb cannot hold what the bytes say.
CREATE TABLE archive.commits (
  log_id integer NOT NULL REFERENCES archive.logs,
  seq bigint NOT NULL CHECK (seq > 0),
  subject text NOT NULL,
  kind text NOT NULL GENERATED ALWAYS AS (split_part(subject, '.', 4)) STORED,
  stream text NOT NULL GENERATED ALWAYS AS (split_part(subject, '.', 4) || '.' || split_part(subject, '.', 5)) STORED,
  version bigint,
  message_id text,
  headers jsonb NOT NULL,
  bytes bytea NOT NULL,
  commit jsonb,
  stored_ns bigint NOT NULL,
  PRIMARY KEY (log_id, seq)
) PARTITION BY LIST (log_id);

CREATE INDEX commits_by_stream ON archive.commits (log_id, stream, version);

CREATE FUNCTION archive.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the archive is never changed: % on % was refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation', HINT = 'To keep less, detach and drop the partition of a whole log.';
END $$;

CREATE FUNCTION archive.refuse_going_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.archived_seq < OLD.archived_seq OR (NEW.log_id, NEW.run, NEW.stream) <> (OLD.log_id, OLD.run, OLD.stream) THEN
    RAISE EXCEPTION 'a checkpoint only moves forward: % to % was refused', OLD.archived_seq, NEW.archived_seq
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON archive.commits
  FOR EACH ROW EXECUTE FUNCTION archive.refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON archive.commits
  FOR EACH STATEMENT EXECUTE FUNCTION archive.refuse_change();
CREATE TRIGGER refuse_going_back BEFORE UPDATE ON archive.logs
  FOR EACH ROW EXECUTE FUNCTION archive.refuse_going_back();
CREATE TRIGGER refuse_delete BEFORE DELETE ON archive.logs
  FOR EACH ROW EXECUTE FUNCTION archive.refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON archive.logs
  FOR EACH STATEMENT EXECUTE FUNCTION archive.refuse_change();
-- Also where a session calls itself a replica, which skips ordinary triggers.
ALTER TABLE archive.commits ENABLE ALWAYS TRIGGER refuse_change, ENABLE ALWAYS TRIGGER refuse_truncate;
ALTER TABLE archive.logs ENABLE ALWAYS TRIGGER refuse_going_back, ENABLE ALWAYS TRIGGER refuse_delete,
  ENABLE ALWAYS TRIGGER refuse_truncate;
REVOKE UPDATE, DELETE, TRUNCATE ON archive.commits FROM PUBLIC, CURRENT_USER;
REVOKE DELETE, TRUNCATE ON archive.logs FROM PUBLIC, CURRENT_USER;

-- The id of a log, with a partition of its own; made where it is new.
CREATE FUNCTION archive.open_log(of_run text, of_stream text) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  id integer;
  part text;
BEGIN
  SELECT log_id INTO id FROM archive.logs WHERE run = of_run AND stream = of_stream;
  IF FOUND THEN RETURN id; END IF;
  INSERT INTO archive.logs (run, stream) VALUES (of_run, of_stream) RETURNING log_id INTO id;
  part := 'commits_' || id;
  EXECUTE format('CREATE TABLE archive.%I PARTITION OF archive.commits FOR VALUES IN (%s)', part, id);
  -- Row triggers are handed down to a partition; what guards it against TRUNCATE, and privileges, are not.
  EXECUTE format('CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON archive.%I
    FOR EACH STATEMENT EXECUTE FUNCTION archive.refuse_change()', part);
  EXECUTE format('ALTER TABLE archive.%I ENABLE ALWAYS TRIGGER refuse_change, ENABLE ALWAYS TRIGGER refuse_truncate',
    part);
  EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON archive.%I FROM PUBLIC, CURRENT_USER', part);
  RETURN id;
END $$;
