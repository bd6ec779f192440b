-- One row a stream of flow records that is archived; archived_seq is how far it was read.
CREATE TABLE archive.flow_streams (
  flow_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run text NOT NULL,
  stream text NOT NULL,
  archived_seq bigint NOT NULL DEFAULT 0 CHECK (archived_seq >= 0),
  archived_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (run, stream)
);

-- What a member reported of a connection. The stream is bounded, so there may be gaps between numbers; what a life of a
-- member says under a number it says once.
CREATE TABLE archive.flow_records (
  flow_id integer NOT NULL REFERENCES archive.flow_streams,
  member smallint NOT NULL,
  life bigint NOT NULL,
  number bigint NOT NULL,
  kind text NOT NULL,
  -- By the member's clock.
  at timestamptz NOT NULL,
  began_at timestamptz NOT NULL,
  proto smallint NOT NULL,
  src inet NOT NULL,
  src_port integer NOT NULL,
  dst inet NOT NULL,
  dst_port integer NOT NULL,
  translated text,
  table_version bigint NOT NULL,
  slot integer NOT NULL,
  rule integer NOT NULL,
  state text NOT NULL,
  sync text NOT NULL,
  from_outside boolean NOT NULL,
  peer smallint,
  reason text,
  packets_sent bigint NOT NULL,
  packets_answered bigint NOT NULL,
  bytes_sent bigint NOT NULL,
  bytes_answered bigint NOT NULL,
  corrected bigint NOT NULL,
  PRIMARY KEY (flow_id, member, life, number)
) PARTITION BY LIST (flow_id);

CREATE INDEX flow_records_by_ends ON archive.flow_records (flow_id, src, src_port, dst, dst_port, proto);

CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON archive.flow_records
  FOR EACH ROW EXECUTE FUNCTION archive.refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON archive.flow_records
  FOR EACH STATEMENT EXECUTE FUNCTION archive.refuse_change();
ALTER TABLE archive.flow_records ENABLE ALWAYS TRIGGER refuse_change, ENABLE ALWAYS TRIGGER refuse_truncate;
REVOKE UPDATE, DELETE, TRUNCATE ON archive.flow_records FROM PUBLIC, CURRENT_USER;

-- The id of a stream of flow records, with a partition of its own; made where it is new.
CREATE FUNCTION archive.open_flows(of_run text, of_stream text) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  id integer;
  part text;
BEGIN
  SELECT flow_id INTO id FROM archive.flow_streams WHERE run = of_run AND stream = of_stream;
  IF FOUND THEN RETURN id; END IF;
  INSERT INTO archive.flow_streams (run, stream) VALUES (of_run, of_stream) RETURNING flow_id INTO id;
  part := 'flow_records_' || id;
  EXECUTE format('CREATE TABLE archive.%I PARTITION OF archive.flow_records FOR VALUES IN (%s)', part, id);
  EXECUTE format('CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON archive.%I
    FOR EACH STATEMENT EXECUTE FUNCTION archive.refuse_change()', part);
  EXECUTE format('ALTER TABLE archive.%I ENABLE ALWAYS TRIGGER refuse_change, ENABLE ALWAYS TRIGGER refuse_truncate',
    part);
  EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON archive.%I FROM PUBLIC, CURRENT_USER', part);
  RETURN id;
END $$;
