-- How far each consumer of the journal has come.
CREATE TABLE cursor (
    name TEXT NOT NULL PRIMARY KEY,
    position BIGINT NOT NULL
);
