-- Uploads through the gateway, for clusters whose storages speak only FastDFS: where the bytes lie until the file is
-- made of them, and what the receipt says afterwards.

CREATE TABLE "spooled_upload" (
    "upl" TEXT NOT NULL,
    "epoch" INTEGER NOT NULL,
    "grp" TEXT NOT NULL,
    "storage_id" TEXT NOT NULL,
    "size" BIGINT NOT NULL,
    "ext" TEXT NOT NULL,
    "own" TEXT NOT NULL,
    "ent" TEXT NOT NULL,
    -- What the client said about its upload (tus Upload-Metadata), which it may ask back.
    "metadata" JSONB NOT NULL DEFAULT '{}',
    -- 'open': bytes are missing; 'complete': the file is being made; 'stored': it is; 'ended': given up.
    "state" TEXT NOT NULL DEFAULT 'open',
    -- The appender file with the bytes so far. Its size is the offset.
    "spool" TEXT,
    "hashed" BIGINT NOT NULL DEFAULT 0,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    -- While somebody makes the file, the time after which another one may; after a failure, that of the next attempt.
    "not_before" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "file_id" TEXT,
    "crc32" BIGINT,
    "sha256" TEXT,
    "head" TEXT,
    "content_type" TEXT,
    "stored_at" TIMESTAMPTZ(3),
    "acknowledged_at" TIMESTAMPTZ(3),
    "changed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "spooled_upload_pkey" PRIMARY KEY ("upl"),
    CONSTRAINT "spooled_upload_state" CHECK ("state" IN ('open', 'complete', 'stored', 'ended')),
    CONSTRAINT "spooled_upload_size" CHECK ("size" > 0 AND "hashed" BETWEEN 0 AND "size"),
    CONSTRAINT "spooled_upload_spool" CHECK (("spool" IS NULL OR "state" IN ('open', 'complete')) AND ("spool" IS NOT NULL OR "state" <> 'complete')),
    CONSTRAINT "spooled_upload_stored" CHECK (
        ("state" = 'stored') = ("file_id" IS NOT NULL)
        AND ("file_id" IS NOT NULL) = ("crc32" IS NOT NULL AND "sha256" IS NOT NULL AND "head" IS NOT NULL AND "content_type" IS NOT NULL AND "stored_at" IS NOT NULL)
    )
);

-- What a file is to be made of, soonest first.
CREATE INDEX "spooled_upload_due" ON "spooled_upload"("not_before") WHERE "state" = 'complete';
-- What nobody has said to know yet, of one storage.
CREATE INDEX "spooled_upload_news" ON "spooled_upload"("grp", "storage_id", "upl") WHERE "state" = 'stored' AND "acknowledged_at" IS NULL;
-- What may be forgotten.
CREATE INDEX "spooled_upload_changed" ON "spooled_upload"("changed_at");
