-- Projections of the journal. Nothing here is the only copy of anything.
CREATE TABLE read_model (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    projection TEXT NOT NULL,
    party BYTEA,
    series BYTEA,
    at BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (kind, key)
);

CREATE INDEX read_model_by_seq ON read_model (kind, seq, key);
CREATE INDEX read_model_by_party ON read_model (party, kind, seq, key);
CREATE INDEX read_model_by_series ON read_model (series, kind, seq, key);
CREATE INDEX read_model_by_projection ON read_model (projection);
