-- A storage that does not answer has a sample without numbers: it is there, and nobody knows how full it is.
ALTER TABLE "capacity_sample" ALTER COLUMN "total_bytes" DROP NOT NULL;
ALTER TABLE "capacity_sample" ALTER COLUMN "free_bytes" DROP NOT NULL;
ALTER TABLE "capacity_sample" ADD CONSTRAINT "capacity_sample_known" CHECK (("total_bytes" IS NULL) = ("free_bytes" IS NULL));
