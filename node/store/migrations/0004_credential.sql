-- Who may call the API. The secret itself is nowhere, only its keyed hash.
CREATE TABLE credential (
    id TEXT NOT NULL PRIMARY KEY,
    scope TEXT NOT NULL,
    party BYTEA,
    secret_mac BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT
);
