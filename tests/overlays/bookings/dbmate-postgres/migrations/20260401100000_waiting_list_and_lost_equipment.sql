-- A value cannot be used before the transaction that adds it commits.
-- migrate:up transaction:false
ALTER TYPE booking_status ADD VALUE IF NOT EXISTS 'waitlisted';
ALTER TABLE equipment
    DROP CONSTRAINT ck_equipment_condition,
    ADD CONSTRAINT ck_equipment_condition CHECK (condition IN ('working', 'broken', 'lost'));

-- A type cannot lose a value: another one takes its place.
-- migrate:down
UPDATE equipment SET condition = 'broken' WHERE condition = 'lost';
ALTER TABLE equipment
    DROP CONSTRAINT ck_equipment_condition,
    ADD CONSTRAINT ck_equipment_condition CHECK (condition IN ('working', 'broken'));
UPDATE bookings SET status = 'cancelled' WHERE status = 'waitlisted';
DROP INDEX ix_bookings_taken;
ALTER TYPE booking_status RENAME TO old_booking_status;
CREATE TYPE booking_status AS ENUM ('tentative', 'confirmed', 'cancelled');
ALTER TABLE bookings
    ALTER COLUMN status TYPE booking_status USING status::text::booking_status;
DROP TYPE old_booking_status;
CREATE UNIQUE INDEX ix_bookings_taken ON bookings (room_id, starts_at)
    WHERE status IN ('tentative', 'confirmed');
