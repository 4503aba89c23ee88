-- Which file system a store path lies on, to count a shared one once also while one of its storages is away.
ALTER TABLE "capacity_sample" ADD COLUMN "disk" TEXT;
