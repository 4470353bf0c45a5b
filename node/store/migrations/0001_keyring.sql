-- The one root key of this store, sealed by the node's vault key. Every other key follows from it,
-- so a new vault key re-seals one row.
CREATE TABLE keyring (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    vault_key_id TEXT NOT NULL,
    sealed_root BYTEA NOT NULL
);
