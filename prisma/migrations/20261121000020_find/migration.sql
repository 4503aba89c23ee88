-- Finding things again: pieces of names, counts by category, favourites, tags, what was opened last.

DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_available_extensions WHERE name = 'btree_gin') THEN
        RAISE EXCEPTION 'Cairn needs the PostgreSQL extension btree_gin, and this server does not offer it. Install the package postgresql-contrib, or choose a database service that has it.';
    END IF;
END $$;
CREATE EXTENSION IF NOT EXISTS btree_gin;

-- Pairs of neighbouring characters of the folded name, and of how it sounds; lib/entries/grams.ts makes them.
-- Rows that are older than this column have none until the worker has gone over them.
ALTER TABLE "entry" ADD COLUMN "grams" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[];

-- The pieces are four times as long as the rest of a row, and only ever read through their index: compressed in their
-- place, a page of a folder costs about as many reads as before. MAIN everywhere: nothing else leaves the row for it.
ALTER TABLE "entry" ALTER COLUMN "grams" SET STORAGE MAIN, ALTER COLUMN "public_id" SET STORAGE MAIN,
    ALTER COLUMN "owner_id" SET STORAGE MAIN, ALTER COLUMN "name" SET STORAGE MAIN,
    ALTER COLUMN "sort_key" SET STORAGE MAIN, ALTER COLUMN "category" SET STORAGE MAIN;
ALTER TABLE "entry" SET (toast_tuple_target = 256);

-- A search reads what has not been sorted into the index yet from one end to the other, so that this must stay short.
CREATE INDEX "entry_search" ON "entry" USING gin ("owner_id", "grams") WITH (gin_pending_list_limit = 512)
    WHERE "trash_id" IS NULL;
CREATE INDEX "entry_without_grams" ON "entry"("id") WHERE "grams" = ARRAY[]::TEXT[] AND "parent_id" IS NOT NULL;

-- Recent, and searches for what almost every name has: the newest first.
CREATE INDEX "entry_added" ON "entry"("owner_id", "created_at", "id") WHERE "trash_id" IS NULL;
-- One per order of a category's page.
CREATE INDEX "entry_category_modified" ON "entry"("owner_id", "category", "modified_at", "id")
    WHERE "trash_id" IS NULL AND "kind" = 1;
CREATE INDEX "entry_category_size" ON "entry"("owner_id", "category", "size", "id")
    WHERE "trash_id" IS NULL AND "kind" = 1;
CREATE INDEX "entry_category_name" ON "entry"("owner_id", "category", "sort_key", "id")
    WHERE "trash_id" IS NULL AND "kind" = 1;

CREATE TABLE "owner_category" (
    "owner_id" TEXT NOT NULL,
    "category" TEXT NOT NULL,
    "files" BIGINT NOT NULL DEFAULT 0,
    "bytes" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "owner_category_pkey" PRIMARY KEY ("owner_id", "category"),
    CONSTRAINT "owner_category_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "person"("id") ON DELETE CASCADE ON UPDATE NO ACTION,
    CONSTRAINT "owner_category_category" CHECK ("category" IN ('image', 'video', 'audio', 'document', 'archive', 'other'))
);

INSERT INTO "owner_category" ("owner_id", "category", "files", "bytes")
SELECT "owner_id", "category", count(*), sum("size") FROM "entry" WHERE "kind" = 1 AND "trash_id" IS NULL GROUP BY 1, 2;

CREATE TYPE "category_change" AS ("owner_id" TEXT, "category" TEXT, "files" BIGINT, "bytes" BIGINT);

-- One lock per person comes first: two transactions that count several categories cannot wait for each other.
CREATE FUNCTION "add_to_owner_category"("changes" "category_change"[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF changes IS NULL THEN RETURN; END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended(o.owner_id, 20))
    FROM (SELECT DISTINCT owner_id FROM unnest(changes) ORDER BY owner_id) o;
    INSERT INTO owner_category (owner_id, category)
    SELECT owner_id, category FROM unnest(changes) ON CONFLICT DO NOTHING;
    UPDATE owner_category c SET files = c.files + d.files, bytes = c.bytes + d.bytes
    FROM unnest(changes) d WHERE c.owner_id = d.owner_id AND c.category = d.category;
END $$;

CREATE FUNCTION "entry_count_inserted"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM add_to_owner_category(array_agg(d)) FROM (
        SELECT ROW(owner_id, category, count(*), sum(size))::category_change AS d
        FROM new_rows WHERE kind = 1 AND trash_id IS NULL GROUP BY owner_id, category
    ) changes;
    RETURN NULL;
END $$;

CREATE FUNCTION "entry_count_deleted"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM add_to_owner_category(array_agg(d)) FROM (
        SELECT ROW(owner_id, category, -count(*), -sum(size))::category_change AS d
        FROM old_rows WHERE kind = 1 AND trash_id IS NULL GROUP BY owner_id, category
    ) changes;
    RETURN NULL;
END $$;

CREATE FUNCTION "entry_count_updated"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM add_to_owner_category(array_agg(d)) FROM (
        SELECT ROW(owner_id, category, sum(files), sum(bytes))::category_change AS d
        FROM (
            SELECT owner_id, category, 1 AS files, size AS bytes FROM new_rows WHERE kind = 1 AND trash_id IS NULL
            UNION ALL
            SELECT owner_id, category, -1, -size FROM old_rows WHERE kind = 1 AND trash_id IS NULL
        ) both_rows
        GROUP BY owner_id, category HAVING sum(files) <> 0 OR sum(bytes) <> 0
    ) changes;
    RETURN NULL;
END $$;

CREATE TRIGGER "entry_count_insert" AFTER INSERT ON "entry"
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION "entry_count_inserted"();
CREATE TRIGGER "entry_count_delete" AFTER DELETE ON "entry"
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION "entry_count_deleted"();
CREATE TRIGGER "entry_count_update" AFTER UPDATE ON "entry"
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION "entry_count_updated"();

CREATE TABLE "favourite" (
    "owner_id" TEXT NOT NULL,
    "entry_id" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    -- An entry has one owner; what is shared with others is a link and not an entry.
    CONSTRAINT "favourite_pkey" PRIMARY KEY ("entry_id"),
    CONSTRAINT "favourite_entry_id_fkey" FOREIGN KEY ("entry_id") REFERENCES "entry"("id") ON DELETE CASCADE ON UPDATE NO ACTION
);
CREATE INDEX "favourite_owner" ON "favourite"("owner_id", "at");

CREATE TABLE "tag" (
    "id" BIGINT GENERATED BY DEFAULT AS IDENTITY NOT NULL,
    "public_id" TEXT NOT NULL,
    "owner_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "name_key" TEXT NOT NULL,
    "colour" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "tag_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "tag_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "person"("id") ON DELETE CASCADE ON UPDATE NO ACTION,
    CONSTRAINT "tag_name" CHECK ("name" <> '' AND char_length("name") <= 40 AND "name" !~ '[[:cntrl:]]'),
    CONSTRAINT "tag_colour" CHECK ("colour" IN ('grey', 'red', 'orange', 'yellow', 'green', 'teal', 'blue', 'purple'))
);
CREATE UNIQUE INDEX "tag_public_id_key" ON "tag"("public_id");
CREATE UNIQUE INDEX "tag_name_key" ON "tag"("owner_id", "name_key");

CREATE TABLE "entry_tag" (
    "tag_id" BIGINT NOT NULL,
    "entry_id" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "entry_tag_pkey" PRIMARY KEY ("tag_id", "entry_id"),
    CONSTRAINT "entry_tag_tag_id_fkey" FOREIGN KEY ("tag_id") REFERENCES "tag"("id") ON DELETE CASCADE ON UPDATE NO ACTION,
    CONSTRAINT "entry_tag_entry_id_fkey" FOREIGN KEY ("entry_id") REFERENCES "entry"("id") ON DELETE CASCADE ON UPDATE NO ACTION
);
CREATE INDEX "entry_tag_entry" ON "entry_tag"("entry_id");

-- Beside the entry and not in it: opening a file must not write to all its indexes.
CREATE TABLE "entry_opened" (
    "owner_id" TEXT NOT NULL,
    "entry_id" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "entry_opened_pkey" PRIMARY KEY ("entry_id"),
    CONSTRAINT "entry_opened_entry_id_fkey" FOREIGN KEY ("entry_id") REFERENCES "entry"("id") ON DELETE CASCADE ON UPDATE NO ACTION
);
CREATE INDEX "entry_opened_owner" ON "entry_opened"("owner_id", "at", "entry_id");
