-- How many entries outside trash carry a tag, and their bytes: read with every page, beside the counts of categories. To
-- count 50,000 entries of one tag took longer than everything else that the page needs.

CREATE TABLE "tag_total" (
    "tag_id" BIGINT NOT NULL,
    "entries" BIGINT NOT NULL DEFAULT 0,
    "bytes" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "tag_total_pkey" PRIMARY KEY ("tag_id"),
    CONSTRAINT "tag_total_tag_id_fkey" FOREIGN KEY ("tag_id") REFERENCES "tag"("id") ON DELETE CASCADE ON UPDATE NO ACTION
)
-- Rows change often and stay in their page: no index names what changes.
WITH (fillfactor = 70);

-- A tag that was never on anything has no row; one that is being deleted needs none any more.
CREATE FUNCTION "add_to_tag_total"("changed_tag" BIGINT, "more_entries" BIGINT, "more_bytes" BIGINT) RETURNS void
    LANGUAGE sql
BEGIN ATOMIC
    INSERT INTO tag_total AS t (tag_id, entries, bytes) VALUES (changed_tag, more_entries, more_bytes)
    ON CONFLICT (tag_id) DO UPDATE SET entries = t.entries + excluded.entries, bytes = t.bytes + excluded.bytes;
END;

-- In all of these the lock of a person comes first, the same as for categories and folders, and then a look at what is
-- there: an entry that somebody else has put into trash meanwhile is seen there, and who comes second sees the tag.
CREATE FUNCTION "tag_count_marked"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(o.owner_id, 20))
    FROM (SELECT DISTINCT t.owner_id FROM new_rows n JOIN tag t ON t.id = n.tag_id ORDER BY 1) o;
    PERFORM add_to_tag_total(c.tag_id, c.entries, c.bytes) FROM (
        SELECT n.tag_id, count(*) AS entries, sum(e.size)::bigint AS bytes
        FROM new_rows n JOIN entry e ON e.id = n.entry_id AND e.trash_id IS NULL GROUP BY n.tag_id
    ) c;
    RETURN NULL;
END $$;

CREATE FUNCTION "tag_count_unmarked"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(o.owner_id, 20))
    FROM (SELECT DISTINCT t.owner_id FROM old_rows r JOIN tag t ON t.id = r.tag_id ORDER BY 1) o;
    PERFORM add_to_tag_total(c.tag_id, -c.entries, -c.bytes) FROM (
        SELECT r.tag_id, count(*) AS entries, sum(e.size)::bigint AS bytes
        FROM old_rows r JOIN tag t ON t.id = r.tag_id
        JOIN entry e ON e.id = r.entry_id AND e.trash_id IS NULL GROUP BY r.tag_id
    ) c;
    RETURN NULL;
END $$;

CREATE FUNCTION "tag_count_changed"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Nearly every change of entries moves none of them, and ends here.
    IF NOT EXISTS (
        SELECT FROM old_rows o JOIN new_rows n ON n.id = o.id
        WHERE (o.trash_id IS NULL) <> (n.trash_id IS NULL) OR o.size <> n.size
    ) THEN RETURN NULL; END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended(o.owner_id, 20))
    FROM (SELECT DISTINCT owner_id FROM new_rows ORDER BY 1) o;
    PERFORM add_to_tag_total(c.tag_id, c.entries, c.bytes) FROM (
        SELECT m.tag_id, sum(s.entries)::bigint AS entries, sum(s.bytes)::bigint AS bytes
        FROM (
            SELECT id, 1 AS entries, size AS bytes FROM new_rows WHERE trash_id IS NULL
            UNION ALL
            SELECT id, -1, -size FROM old_rows WHERE trash_id IS NULL
        ) s
        JOIN entry_tag m ON m.entry_id = s.id
        GROUP BY m.tag_id HAVING sum(s.entries) <> 0 OR sum(s.bytes) <> 0
    ) c;
    RETURN NULL;
END $$;

-- With the row of an entry its tags go; after that nobody can tell whether they counted.
CREATE FUNCTION "entry_unmark"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM entry_tag WHERE entry_id = OLD.id;
    RETURN OLD;
END $$;

CREATE TRIGGER "tag_count_insert" AFTER INSERT ON "entry_tag"
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION "tag_count_marked"();
CREATE TRIGGER "tag_count_delete" AFTER DELETE ON "entry_tag"
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION "tag_count_unmarked"();
CREATE TRIGGER "tag_count_update" AFTER UPDATE ON "entry"
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION "tag_count_changed"();
CREATE TRIGGER "entry_unmark_delete" BEFORE DELETE ON "entry"
    FOR EACH ROW WHEN (OLD."trash_id" IS NULL) EXECUTE FUNCTION "entry_unmark"();

-- Nothing else writes to entries or to their tags from the first trigger on until the end of this migration.
INSERT INTO "tag_total" ("tag_id", "entries", "bytes")
SELECT m."tag_id", count(*), sum(e."size") FROM "entry_tag" m JOIN "entry" e ON e."id" = m."entry_id" AND e."trash_id" IS NULL
GROUP BY 1;
