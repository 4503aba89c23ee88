-- How long the disk of a store path had something to do since its machine started; null where nobody tells.
ALTER TABLE "capacity_sample" ADD COLUMN "busy_ms" BIGINT;
