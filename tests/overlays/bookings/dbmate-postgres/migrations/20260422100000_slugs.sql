-- migrate:up
DROP TABLE price_lists;

ALTER TABLE rooms DROP COLUMN legacy_code, ADD COLUMN slug varchar(80);

UPDATE rooms SET slug = coalesce(nullif(trim('-' FROM regexp_replace(lower(name), '\W+', '-', 'g')), ''), 'room');
UPDATE rooms SET slug = left(slug, 40) || '-' || id
WHERE slug IN (SELECT slug FROM rooms GROUP BY slug HAVING count(*) > 1);

ALTER TABLE rooms ALTER COLUMN slug SET NOT NULL, ADD CONSTRAINT uq_rooms_slug UNIQUE (slug);

-- migrate:down
ALTER TABLE rooms DROP COLUMN slug, ADD COLUMN legacy_code varchar(20);

CREATE TABLE price_lists (
    name varchar(40) NOT NULL,
    prices json NOT NULL,
    CONSTRAINT pk_price_lists PRIMARY KEY (name)
);
