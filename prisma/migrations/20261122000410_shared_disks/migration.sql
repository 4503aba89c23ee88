-- What of a storage's space no storage before it has counted: several may share a disk. Null, as in older rows: all of it.
ALTER TABLE "capacity_sample" ADD COLUMN "own_total_bytes" BIGINT, ADD COLUMN "own_free_bytes" BIGINT;
