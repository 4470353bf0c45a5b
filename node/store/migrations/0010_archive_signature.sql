-- What was beside a message when it crossed the wire: its sender's detached signature.
ALTER TABLE archive ADD COLUMN signature BYTEA;
