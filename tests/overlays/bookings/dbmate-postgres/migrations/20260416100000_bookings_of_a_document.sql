-- The table is large: others go on writing to it meanwhile.
-- migrate:up transaction:false
CREATE INDEX CONCURRENTLY ix_bookings_agenda_id ON bookings (agenda_id);

-- migrate:down transaction:false
DROP INDEX CONCURRENTLY ix_bookings_agenda_id;
