-- When the page that sends an upload was last heard of. Without an index: it changes every minute, and rows stay where they are.

ALTER TABLE "upload" ADD COLUMN "alive_at" TIMESTAMPTZ(3);
