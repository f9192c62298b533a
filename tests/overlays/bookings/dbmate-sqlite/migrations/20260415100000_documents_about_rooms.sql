-- migrate:up
ALTER TABLE documents
    ADD COLUMN room_id char(32)
    CONSTRAINT fk_documents_room_id REFERENCES rooms (id) ON DELETE SET NULL;
CREATE INDEX ix_documents_room_id ON documents (room_id);
CREATE INDEX ix_bookings_agenda_id ON bookings (agenda_id);

-- migrate:down
DROP INDEX ix_bookings_agenda_id;
DROP INDEX ix_documents_room_id;
ALTER TABLE documents DROP COLUMN room_id;
