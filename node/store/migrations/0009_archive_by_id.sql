-- A bank may not use the id of a message again for another one.
CREATE INDEX archive_by_message_id ON archive (bank, message_id);
