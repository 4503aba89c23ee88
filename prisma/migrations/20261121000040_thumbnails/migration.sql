-- Small pictures of stored content, and what its bytes say about how it was taken.

CREATE TABLE "thumbnail" (
    "blob_id" BIGINT NOT NULL,
    "kind" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'wanted',
    -- Of a slave file of the blob's file.
    "file_id" TEXT,
    "size" BIGINT,
    "sha256" BYTEA,
    "width" INTEGER,
    "height" INTEGER,
    -- Why there is none: a word that the program knows, then free text.
    "reason" TEXT,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    -- While a worker is at it, the time after which another one may try.
    "not_before" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "thumbnail_pkey" PRIMARY KEY ("blob_id", "kind"),
    -- Without CASCADE: the reaper deletes the files of thumbnails before it deletes the blob.
    CONSTRAINT "thumbnail_blob_id_fkey" FOREIGN KEY ("blob_id") REFERENCES "blob"("id") ON DELETE NO ACTION ON UPDATE NO ACTION,
    CONSTRAINT "thumbnail_kind" CHECK ("kind" IN ('small', 'large')),
    CONSTRAINT "thumbnail_state" CHECK ("state" IN ('wanted', 'made', 'none', 'failed')),
    CONSTRAINT "thumbnail_made" CHECK (
        ("state" = 'made') = ("file_id" IS NOT NULL)
        AND ("file_id" IS NULL) = ("size" IS NULL)
        AND ("file_id" IS NULL) = ("sha256" IS NULL)
        AND ("file_id" IS NULL) = ("width" IS NULL)
        AND ("file_id" IS NULL) = ("height" IS NULL)
    ),
    CONSTRAINT "thumbnail_numbers" CHECK ("size" > 0 AND "width" > 0 AND "height" > 0 AND octet_length("sha256") = 32),
    CONSTRAINT "thumbnail_attempts" CHECK ("attempts" >= 0)
);

-- What a worker takes next; both kinds are made together.
CREATE INDEX "thumbnail_wanted" ON "thumbnail"("not_before") WHERE "state" = 'wanted' AND "kind" = 'small';
-- An address that has expired names the file.
CREATE UNIQUE INDEX "thumbnail_file_id" ON "thumbnail"("file_id") WHERE "file_id" IS NOT NULL;

CREATE TABLE "blob_media" (
    "blob_id" BIGINT NOT NULL,
    -- As shown: after the rotation that the file asks for.
    "width" INTEGER,
    "height" INTEGER,
    "duration_ms" BIGINT,
    -- The camera's own clock, which knows no zone.
    "taken_at" TIMESTAMP(0),
    "camera" TEXT,
    "lens" TEXT,
    "latitude" DOUBLE PRECISION,
    "longitude" DOUBLE PRECISION,
    -- Exposure and the like: short texts and numbers by name.
    "facts" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "blob_media_pkey" PRIMARY KEY ("blob_id"),
    CONSTRAINT "blob_media_blob_id_fkey" FOREIGN KEY ("blob_id") REFERENCES "blob"("id") ON DELETE CASCADE ON UPDATE NO ACTION,
    CONSTRAINT "blob_media_numbers" CHECK ("width" > 0 AND "height" > 0 AND "duration_ms" >= 0),
    CONSTRAINT "blob_media_place" CHECK (
        ("latitude" IS NULL) = ("longitude" IS NULL)
        AND "latitude" BETWEEN -90 AND 90 AND "longitude" BETWEEN -180 AND 180
    )
);

-- New pictures and videos want thumbnails, whoever stores them; workers listen.
CREATE FUNCTION "want_thumbnails"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO "thumbnail" ("blob_id", "kind")
    SELECT added."id", kinds."kind"
    FROM added CROSS JOIN (VALUES ('small'), ('large')) AS kinds("kind")
    WHERE added."size" > 0 AND (added."content_type" LIKE 'image/%' OR added."content_type" LIKE 'video/%');
    IF FOUND THEN
        NOTIFY cairn_thumbnails;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER "blob_wants_thumbnails" AFTER INSERT ON "blob"
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION "want_thumbnails"();

-- What was stored before.
INSERT INTO "thumbnail" ("blob_id", "kind")
SELECT "blob"."id", kinds."kind"
FROM "blob" CROSS JOIN (VALUES ('small'), ('large')) AS kinds("kind")
WHERE "live" AND "size" > 0 AND ("content_type" LIKE 'image/%' OR "content_type" LIKE 'video/%');
