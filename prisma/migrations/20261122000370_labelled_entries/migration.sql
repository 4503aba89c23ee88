-- What lists of favourites and tags are sorted by, once more for the entries that carry one: 50,000 of a million lie scattered
-- over the table, and PostgreSQL went over all of it to put them in order and to count them.

CREATE TABLE "labelled_entry" (
    "id" BIGINT NOT NULL,
    "public_id" TEXT NOT NULL,
    "kind" SMALLINT NOT NULL,
    "sort_key" TEXT COLLATE "C" NOT NULL,
    "size" BIGINT NOT NULL,
    "trash_id" BIGINT,
    "trashed_at" TIMESTAMPTZ(3),
    "modified_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "labelled_entry_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "labelled_entry_id_fkey" FOREIGN KEY ("id") REFERENCES "entry"("id") ON DELETE CASCADE ON UPDATE NO ACTION
);

-- A row stays when the last label is taken off: it may come back, and goes with its entry. The entry is held, so that who
-- changes it meanwhile comes before this and is seen here, or behind it and finds the row.
CREATE FUNCTION "labelled_entry_add"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO labelled_entry (id, public_id, kind, sort_key, size, trash_id, trashed_at, modified_at)
    SELECT * FROM (
        SELECT id, public_id, kind, sort_key, size, trash_id, trashed_at, modified_at FROM entry
        WHERE id = ANY(ARRAY(SELECT entry_id FROM new_rows)) ORDER BY id FOR SHARE
    ) held
    ON CONFLICT (id) DO NOTHING;
    RETURN NULL;
END $$;

-- By their ids alone, one look at an index for each row that was changed.
CREATE FUNCTION "labelled_entry_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE labelled_entry l SET kind = e.kind, sort_key = e.sort_key, size = e.size, trash_id = e.trash_id,
        trashed_at = e.trashed_at, modified_at = e.modified_at
    FROM entry e
    WHERE l.id = ANY(ARRAY(SELECT id FROM new_rows)) AND e.id = l.id
        AND (l.kind, l.sort_key, l.size, l.trash_id, l.trashed_at, l.modified_at)
            IS DISTINCT FROM (e.kind, e.sort_key, e.size, e.trash_id, e.trashed_at, e.modified_at);
    RETURN NULL;
END $$;

CREATE TRIGGER "labelled_entry_starred" AFTER INSERT ON "favourite"
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION "labelled_entry_add"();
CREATE TRIGGER "labelled_entry_tagged" AFTER INSERT ON "entry_tag"
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION "labelled_entry_add"();
CREATE TRIGGER "labelled_entry_update" AFTER UPDATE ON "entry"
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION "labelled_entry_change"();

-- Nothing else writes to these tables from the first trigger on until the end of this migration.
INSERT INTO "labelled_entry" ("id", "public_id", "kind", "sort_key", "size", "trash_id", "trashed_at", "modified_at")
SELECT "id", "public_id", "kind", "sort_key", "size", "trash_id", "trashed_at", "modified_at" FROM "entry"
WHERE "id" IN (SELECT "entry_id" FROM "favourite" UNION SELECT "entry_id" FROM "entry_tag");
