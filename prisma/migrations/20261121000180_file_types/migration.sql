-- What kinds of files a category holds: JPEG, HEIC, PDF …, each with its number and size, and its own pages.

-- A word that people know a kind of file by. Taken from what the storage read in the bytes; where these only tell a
-- container, or that it is text, the ending of the name says which. Empty: nothing says it.
CREATE FUNCTION "file_type"("content_type" TEXT, "name" TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN content_type IS NULL OR content_type IN ('application/zip', 'application/x-cfb', 'application/xml',
            'text/xml', 'text/plain', 'application/octet-stream')
            THEN coalesce(lower(substring(name FROM '\.([A-Za-z0-9]{1,8})$')), '')
        WHEN content_type LIKE '%wordprocessingml%' THEN 'docx'
        WHEN content_type LIKE '%spreadsheetml%' THEN 'xlsx'
        WHEN content_type LIKE '%presentationml%' THEN 'pptx'
        WHEN content_type LIKE '%opendocument.text%' THEN 'odt'
        WHEN content_type LIKE '%opendocument.spreadsheet%' THEN 'ods'
        WHEN content_type LIKE '%opendocument.presentation%' THEN 'odp'
        ELSE CASE content_type
            WHEN 'audio/mpeg' THEN 'mp3'
            WHEN 'video/mpeg' THEN 'mpg'
            WHEN 'video/quicktime' THEN 'mov'
            WHEN 'video/x-msvideo' THEN 'avi'
            WHEN 'video/vnd.avi' THEN 'avi'
            WHEN 'video/x-matroska' THEN 'mkv'
            WHEN 'video/matroska' THEN 'mkv'
            WHEN 'audio/wave' THEN 'wav'
            WHEN 'application/gzip' THEN 'gz'
            WHEN 'application/zstd' THEN 'zst'
            WHEN 'application/x-bzip2' THEN 'bz2'
            WHEN 'application/x-7z-compressed' THEN '7z'
            WHEN 'application/x-rar-compressed' THEN 'rar'
            WHEN 'application/java-archive' THEN 'jar'
            WHEN 'application/x-apple-diskimage' THEN 'dmg'
            -- image/x-canon-cr2, image/svg+xml, text/html; charset=utf-8
            ELSE coalesce(left(lower(substring(content_type FROM '([A-Za-z0-9]+)(?:\+[A-Za-z0-9]+)?(?:;.*)?$')), 16), '')
        END
    END
$$;

ALTER TABLE "entry" ADD COLUMN "type" TEXT NOT NULL DEFAULT '';
ALTER TABLE "entry" ALTER COLUMN "type" SET STORAGE MAIN;

-- Nothing is counted differently by this, so that the counters need not look at every row.
ALTER TABLE "entry" DISABLE TRIGGER USER;
UPDATE "entry" e SET "type" = file_type(b."content_type", e."name") FROM "blob" b WHERE b."id" = e."blob_id" AND e."kind" = 1;
ALTER TABLE "entry" ENABLE TRIGGER USER;

ALTER TABLE "entry" ADD CONSTRAINT "entry_type" CHECK ("type" ~ '^[a-z0-9]{0,16}$');

CREATE FUNCTION "entry_typed"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.type := file_type((SELECT b.content_type FROM blob b WHERE b.id = NEW.blob_id), NEW.name);
    RETURN NEW;
END $$;
CREATE TRIGGER "entry_type_insert" BEFORE INSERT ON "entry"
    FOR EACH ROW WHEN (NEW."kind" = 1) EXECUTE FUNCTION "entry_typed"();
CREATE TRIGGER "entry_type_update" BEFORE UPDATE OF "name", "blob_id" ON "entry"
    FOR EACH ROW WHEN (NEW."kind" = 1 AND (NEW."name" <> OLD."name" OR NEW."blob_id" IS DISTINCT FROM OLD."blob_id"))
    EXECUTE FUNCTION "entry_typed"();

-- For a type that is rare in its category; pages of a common one read the category's own order and pass over others.
CREATE INDEX "entry_category_type" ON "entry"("owner_id", "category", "type") WHERE "trash_id" IS NULL AND "kind" = 1;

CREATE TABLE "owner_type" (
    "owner_id" TEXT NOT NULL,
    "category" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "files" BIGINT NOT NULL DEFAULT 0,
    "bytes" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "owner_type_pkey" PRIMARY KEY ("owner_id", "category", "type"),
    CONSTRAINT "owner_type_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "person"("id") ON DELETE CASCADE ON UPDATE NO ACTION
);

INSERT INTO "owner_type" ("owner_id", "category", "type", "files", "bytes")
SELECT "owner_id", "category", "type", count(*), sum("size") FROM "entry"
WHERE "kind" = 1 AND "trash_id" IS NULL GROUP BY 1, 2, 3;

CREATE TYPE "type_change" AS ("owner_id" TEXT, "category" TEXT, "type" TEXT, "files" BIGINT, "bytes" BIGINT);

-- Counts types, and categories as their sums. The lock of a person comes first, as before: see the counts of categories.
CREATE FUNCTION "add_to_owner_type"("changes" "type_change"[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF changes IS NULL THEN RETURN; END IF;
    PERFORM add_to_owner_category(array_agg(d)) FROM (
        SELECT ROW(owner_id, category, sum(files), sum(bytes))::category_change AS d
        FROM unnest(changes) GROUP BY owner_id, category
    ) sums;
    INSERT INTO owner_type (owner_id, category, type)
    SELECT owner_id, category, type FROM unnest(changes) ON CONFLICT DO NOTHING;
    UPDATE owner_type t SET files = t.files + d.files, bytes = t.bytes + d.bytes
    FROM unnest(changes) d WHERE t.owner_id = d.owner_id AND t.category = d.category AND t.type = d.type;
END $$;

CREATE OR REPLACE FUNCTION "entry_count_inserted"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM add_to_owner_type(array_agg(d)) FROM (
        SELECT ROW(owner_id, category, type, count(*), sum(size))::type_change AS d
        FROM new_rows WHERE kind = 1 AND trash_id IS NULL GROUP BY owner_id, category, type
    ) changes;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION "entry_count_deleted"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM add_to_owner_type(array_agg(d)) FROM (
        SELECT ROW(owner_id, category, type, -count(*), -sum(size))::type_change AS d
        FROM old_rows WHERE kind = 1 AND trash_id IS NULL GROUP BY owner_id, category, type
    ) changes;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION "entry_count_updated"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM add_to_owner_type(array_agg(d)) FROM (
        SELECT ROW(owner_id, category, type, sum(files), sum(bytes))::type_change AS d
        FROM (
            SELECT owner_id, category, type, 1 AS files, size AS bytes FROM new_rows WHERE kind = 1 AND trash_id IS NULL
            UNION ALL
            SELECT owner_id, category, type, -1, -size FROM old_rows WHERE kind = 1 AND trash_id IS NULL
        ) both_rows
        GROUP BY owner_id, category, type HAVING sum(files) <> 0 OR sum(bytes) <> 0
    ) changes;
    RETURN NULL;
END $$;
