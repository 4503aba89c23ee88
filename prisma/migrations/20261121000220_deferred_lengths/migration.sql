-- An upload through the gateway may begin before its client knows how long it is (tus "creation-defer-length"). Until
-- the length is said, "size" is the most that it may have.
ALTER TABLE "spooled_upload" ADD COLUMN "deferred" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "spooled_upload" ADD CONSTRAINT "spooled_upload_deferred" CHECK (NOT "deferred" OR "state" IN ('open', 'ended'));
