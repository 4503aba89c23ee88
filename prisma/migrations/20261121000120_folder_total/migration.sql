-- How many entries lie directly in a folder, and their bytes: read with every page of a folder and for every folder in a
-- list. Counting 100,000 entries takes longer than everything else that such a page needs.

CREATE TABLE "folder_total" (
    "folder_id" BIGINT NOT NULL,
    "entries" BIGINT NOT NULL DEFAULT 0,
    "bytes" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "folder_total_pkey" PRIMARY KEY ("folder_id"),
    CONSTRAINT "folder_total_folder_id_fkey" FOREIGN KEY ("folder_id") REFERENCES "entry"("id") ON DELETE CASCADE ON UPDATE NO ACTION
)
-- Rows change often and stay in their page: no index names what changes.
WITH (fillfactor = 70);

CREATE TYPE "folder_change" AS ("owner_id" TEXT, "folder_id" BIGINT, "entries" BIGINT, "bytes" BIGINT);

-- One lock per person comes first, the same as for categories: two transactions that count several folders cannot wait
-- for each other. A folder that is being deleted with what is in it needs no row any more.
CREATE FUNCTION "add_to_folder_total"("changes" "folder_change"[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF changes IS NULL THEN RETURN; END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended(o.owner_id, 20))
    FROM (SELECT DISTINCT owner_id FROM unnest(changes) ORDER BY owner_id) o;
    INSERT INTO folder_total (folder_id)
    SELECT folder_id FROM unnest(changes) WHERE entries > 0 ON CONFLICT DO NOTHING;
    UPDATE folder_total t SET entries = t.entries + d.entries, bytes = t.bytes + d.bytes
    FROM unnest(changes) d WHERE t.folder_id = d.folder_id;
END $$;

CREATE FUNCTION "folder_count_inserted"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM add_to_folder_total(array_agg(d)) FROM (
        SELECT ROW(owner_id, parent_id, count(*), sum(size))::folder_change AS d
        FROM new_rows WHERE parent_id IS NOT NULL AND trash_id IS NULL GROUP BY owner_id, parent_id
    ) changes;
    RETURN NULL;
END $$;

CREATE FUNCTION "folder_count_deleted"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM add_to_folder_total(array_agg(d)) FROM (
        SELECT ROW(owner_id, parent_id, -count(*), -sum(size))::folder_change AS d
        FROM old_rows WHERE parent_id IS NOT NULL AND trash_id IS NULL GROUP BY owner_id, parent_id
    ) changes;
    RETURN NULL;
END $$;

CREATE FUNCTION "folder_count_updated"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM add_to_folder_total(array_agg(d)) FROM (
        SELECT ROW(owner_id, parent_id, sum(entries), sum(bytes))::folder_change AS d
        FROM (
            SELECT owner_id, parent_id, 1 AS entries, size AS bytes FROM new_rows
            WHERE parent_id IS NOT NULL AND trash_id IS NULL
            UNION ALL
            SELECT owner_id, parent_id, -1, -size FROM old_rows WHERE parent_id IS NOT NULL AND trash_id IS NULL
        ) both_rows
        GROUP BY owner_id, parent_id HAVING sum(entries) <> 0 OR sum(bytes) <> 0
    ) changes;
    RETURN NULL;
END $$;

CREATE TRIGGER "folder_count_insert" AFTER INSERT ON "entry"
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION "folder_count_inserted"();
CREATE TRIGGER "folder_count_delete" AFTER DELETE ON "entry"
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION "folder_count_deleted"();
CREATE TRIGGER "folder_count_update" AFTER UPDATE ON "entry"
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION "folder_count_updated"();

-- Nothing else writes to entries from the first trigger on until the end of this migration.
INSERT INTO "folder_total" ("folder_id", "entries", "bytes")
SELECT "parent_id", count(*), sum("size") FROM "entry" WHERE "parent_id" IS NOT NULL AND "trash_id" IS NULL GROUP BY 1;
