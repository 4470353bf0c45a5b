-- Bank messages exactly as sent and received, sealed: they name people.
CREATE TABLE archive (
    direction TEXT NOT NULL,
    bank TEXT NOT NULL,
    digest BYTEA NOT NULL,
    message_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    uetr TEXT,
    at BIGINT NOT NULL,
    sealed BYTEA NOT NULL,
    PRIMARY KEY (direction, bank, digest)
);

CREATE INDEX archive_by_time ON archive (at, digest);
CREATE INDEX archive_by_uetr ON archive (uetr);
