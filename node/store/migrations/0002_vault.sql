-- One data key per subject. A shredded subject keeps its row, so that it cannot come back.
CREATE TABLE vault_subject (
    subject BYTEA NOT NULL PRIMARY KEY,
    sealed_key BYTEA,
    shredded_at BIGINT
);

-- Personal data, sealed by its subject's key.
CREATE TABLE vault_field (
    subject BYTEA NOT NULL REFERENCES vault_subject (subject),
    field TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    PRIMARY KEY (subject, field)
);

-- Who a telephone number or an e-mail address belongs to, by keyed hash.
CREATE TABLE vault_handle (
    kind TEXT NOT NULL,
    mac BYTEA NOT NULL,
    subject BYTEA NOT NULL REFERENCES vault_subject (subject),
    PRIMARY KEY (kind, mac),
    UNIQUE (subject, kind)
);
