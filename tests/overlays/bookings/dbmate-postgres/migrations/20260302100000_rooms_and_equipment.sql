-- migrate:up
CREATE TYPE room_kind AS ENUM ('meeting', 'studio', 'hall');

CREATE TABLE equipment (
    id bigserial NOT NULL,
    name varchar(80) NOT NULL,
    serial_number varchar(40),
    condition varchar(20) DEFAULT 'working' NOT NULL,
    bought_on date,
    CONSTRAINT pk_equipment PRIMARY KEY (id),
    CONSTRAINT ck_equipment_condition CHECK (condition IN ('working', 'broken'))
);

CREATE INDEX ix_equipment_bought_on_id ON equipment (bought_on, id);
CREATE INDEX ix_equipment_name_id ON equipment (name, id);
CREATE UNIQUE INDEX ix_equipment_serial_number ON equipment (serial_number)
    WHERE serial_number IS NOT NULL;

CREATE TABLE rooms (
    id uuid NOT NULL,
    name varchar(80) NOT NULL,
    kind room_kind NOT NULL,
    legacy_code varchar(20),
    part_of_id uuid,
    opens_at time NOT NULL,
    closes_at time NOT NULL,
    slot interval NOT NULL,
    hourly_rate numeric(8, 2) NOT NULL,
    width double precision NOT NULL,
    length double precision NOT NULL,
    area double precision GENERATED ALWAYS AS (width * length) STORED NOT NULL,
    is_bookable boolean DEFAULT true NOT NULL,
    colour integer,
    facilities jsonb DEFAULT '{}'::jsonb NOT NULL,
    tags varchar(30)[] DEFAULT '{}' NOT NULL,
    inspected_on date,
    CONSTRAINT pk_rooms PRIMARY KEY (id),
    CONSTRAINT ck_rooms_hours CHECK (closes_at > opens_at),
    CONSTRAINT ck_rooms_hourly_rate CHECK (hourly_rate >= 0),
    CONSTRAINT ck_rooms_part_of_id CHECK (part_of_id <> id),
    CONSTRAINT fk_rooms_part_of_id FOREIGN KEY (part_of_id) REFERENCES rooms (id) ON DELETE SET NULL
);

CREATE INDEX ix_rooms_hourly_rate_id ON rooms (hourly_rate, id);
CREATE INDEX ix_rooms_inspected_on_id ON rooms (inspected_on, id);
CREATE INDEX ix_rooms_part_of_id ON rooms (part_of_id);
CREATE UNIQUE INDEX ix_rooms_lower_name ON rooms (lower(name));

CREATE TABLE room_equipment (
    room_id uuid NOT NULL,
    equipment_id bigint NOT NULL,
    CONSTRAINT pk_room_equipment PRIMARY KEY (room_id, equipment_id),
    CONSTRAINT fk_room_equipment_room_id FOREIGN KEY (room_id)
        REFERENCES rooms (id) ON DELETE CASCADE,
    CONSTRAINT fk_room_equipment_equipment_id FOREIGN KEY (equipment_id)
        REFERENCES equipment (id) ON DELETE CASCADE
);

CREATE INDEX ix_room_equipment_equipment_id ON room_equipment (equipment_id);

CREATE TABLE price_lists (
    name varchar(40) NOT NULL,
    prices json NOT NULL,
    CONSTRAINT pk_price_lists PRIMARY KEY (name)
);

-- migrate:down
DROP TABLE price_lists;
DROP TABLE room_equipment;
DROP TABLE rooms;
DROP TABLE equipment;
DROP TYPE room_kind;
