-- SQLite lets a column be required by copying the table.
-- migrate:up
DROP TABLE price_lists;

CREATE TABLE new_rooms (
    id char(32) NOT NULL,
    name varchar(80) NOT NULL,
    slug varchar(80) NOT NULL,
    kind varchar(20) NOT NULL,
    part_of_id char(32),
    opens_at time NOT NULL,
    closes_at time NOT NULL,
    slot datetime NOT NULL,
    hourly_rate numeric(8, 2) NOT NULL,
    width float NOT NULL,
    length float NOT NULL,
    area float GENERATED ALWAYS AS (width * length) STORED NOT NULL,
    is_bookable boolean DEFAULT 1 NOT NULL,
    colour integer,
    facilities json DEFAULT '{}' NOT NULL,
    tags json DEFAULT '[]' NOT NULL,
    inspected_on date,
    CONSTRAINT pk_rooms PRIMARY KEY (id),
    CONSTRAINT uq_rooms_slug UNIQUE (slug),
    CONSTRAINT ck_rooms_hours CHECK (closes_at > opens_at),
    CONSTRAINT ck_rooms_hourly_rate CHECK (hourly_rate >= 0),
    CONSTRAINT ck_rooms_part_of_id CHECK (part_of_id <> id),
    CONSTRAINT fk_rooms_part_of_id FOREIGN KEY (part_of_id) REFERENCES rooms (id) ON DELETE SET NULL
);

INSERT INTO new_rooms (
    id, name, slug, kind, part_of_id, opens_at, closes_at, slot, hourly_rate, width, length,
    is_bookable, colour, facilities, tags, inspected_on
)
SELECT
    id, name,
    CASE count(*) OVER (PARTITION BY replace(lower(name), ' ', '-'))
        WHEN 1 THEN replace(lower(name), ' ', '-')
        ELSE substr(replace(lower(name), ' ', '-'), 1, 40) || '-' || id
    END,
    kind, part_of_id, opens_at, closes_at, slot, hourly_rate, width, length,
    is_bookable, colour, facilities, tags, inspected_on
FROM rooms;

DROP TABLE rooms;
ALTER TABLE new_rooms RENAME TO rooms;

CREATE INDEX ix_rooms_hourly_rate_id ON rooms (hourly_rate, id);
CREATE INDEX ix_rooms_inspected_on_id ON rooms (inspected_on, id);
CREATE INDEX ix_rooms_part_of_id ON rooms (part_of_id);
CREATE UNIQUE INDEX ix_rooms_lower_name ON rooms (lower(name));

-- migrate:down
CREATE TABLE new_rooms (
    id char(32) NOT NULL,
    name varchar(80) NOT NULL,
    kind varchar(20) NOT NULL,
    legacy_code varchar(20),
    part_of_id char(32),
    opens_at time NOT NULL,
    closes_at time NOT NULL,
    slot datetime NOT NULL,
    hourly_rate numeric(8, 2) NOT NULL,
    width float NOT NULL,
    length float NOT NULL,
    area float GENERATED ALWAYS AS (width * length) STORED NOT NULL,
    is_bookable boolean DEFAULT 1 NOT NULL,
    colour integer,
    facilities json DEFAULT '{}' NOT NULL,
    tags json DEFAULT '[]' NOT NULL,
    inspected_on date,
    CONSTRAINT pk_rooms PRIMARY KEY (id),
    CONSTRAINT ck_rooms_hours CHECK (closes_at > opens_at),
    CONSTRAINT ck_rooms_hourly_rate CHECK (hourly_rate >= 0),
    CONSTRAINT ck_rooms_part_of_id CHECK (part_of_id <> id),
    CONSTRAINT fk_rooms_part_of_id FOREIGN KEY (part_of_id) REFERENCES rooms (id) ON DELETE SET NULL
);

INSERT INTO new_rooms (
    id, name, kind, part_of_id, opens_at, closes_at, slot, hourly_rate, width, length,
    is_bookable, colour, facilities, tags, inspected_on
)
SELECT
    id, name, kind, part_of_id, opens_at, closes_at, slot, hourly_rate, width, length,
    is_bookable, colour, facilities, tags, inspected_on
FROM rooms;

DROP TABLE rooms;
ALTER TABLE new_rooms RENAME TO rooms;

CREATE INDEX ix_rooms_hourly_rate_id ON rooms (hourly_rate, id);
CREATE INDEX ix_rooms_inspected_on_id ON rooms (inspected_on, id);
CREATE INDEX ix_rooms_part_of_id ON rooms (part_of_id);
CREATE UNIQUE INDEX ix_rooms_lower_name ON rooms (lower(name));

CREATE TABLE price_lists (
    name varchar(40) NOT NULL,
    prices json NOT NULL,
    CONSTRAINT pk_price_lists PRIMARY KEY (name)
);
