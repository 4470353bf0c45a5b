-- What staff have asked the node to change, by pseudonym. It names nobody.
CREATE TABLE audit (
    request TEXT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    party BYTEA NOT NULL,
    scope TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT,
    outcome TEXT NOT NULL
);

CREATE INDEX audit_by_time ON audit (at, request);
