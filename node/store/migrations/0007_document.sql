-- Documents that the log names by their digests. They name nobody.
CREATE TABLE document (
    digest BYTEA NOT NULL PRIMARY KEY,
    body BYTEA NOT NULL
);
