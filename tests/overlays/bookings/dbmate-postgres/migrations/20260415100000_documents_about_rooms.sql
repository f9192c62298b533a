-- migrate:up
ALTER TABLE documents
    ADD COLUMN room_id uuid
    CONSTRAINT fk_documents_room_id REFERENCES rooms (id) ON DELETE SET NULL;
CREATE INDEX ix_documents_room_id ON documents (room_id);

-- migrate:down
ALTER TABLE documents DROP COLUMN room_id;
