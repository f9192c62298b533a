-- migrate:up
UPDATE bookings SET status = 'waitlisted', note = NULL
WHERE status = 'tentative' AND note = 'on the waiting list';

CREATE INDEX ix_bookings_waitlisted ON bookings (room_id, created_at)
    WHERE status = 'waitlisted';

-- migrate:down
DROP INDEX ix_bookings_waitlisted;

UPDATE bookings SET status = 'cancelled', note = 'on the waiting list'
WHERE status = 'waitlisted';
