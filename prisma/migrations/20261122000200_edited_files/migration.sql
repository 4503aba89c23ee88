-- What is written in the browser takes the place of a file's content: the upload names the file, and the content that the
-- writing began with.

ALTER TABLE "upload"
    ADD COLUMN "replaces_id" BIGINT,
    -- Stays when the file is deleted for good: then there is nothing to replace, and the upload must not become a new file.
    ADD COLUMN "replaces_sha256" TEXT,
    ADD CONSTRAINT "upload_replaces_id_fkey" FOREIGN KEY ("replaces_id") REFERENCES "entry"("id") ON DELETE SET NULL ON UPDATE NO ACTION,
    ADD CONSTRAINT "upload_replaces_sha256" CHECK ("replaces_sha256" ~ '^[0-9a-f]{64}$'),
    ADD CONSTRAINT "upload_replaces" CHECK ("replaces_id" IS NULL OR "replaces_sha256" IS NOT NULL);

CREATE INDEX "upload_replaces" ON "upload"("replaces_id") WHERE "replaces_id" IS NOT NULL;

ALTER TABLE "activity" DROP CONSTRAINT "activity_kind";
ALTER TABLE "activity" ADD CONSTRAINT "activity_kind"
    CHECK ("kind" IN ('added', 'renamed', 'moved', 'copied', 'trashed', 'restored', 'shared', 'unshared', 'replaced', 'edited'));
