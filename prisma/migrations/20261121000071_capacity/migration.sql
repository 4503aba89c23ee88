-- How full everything was, how large folders are, and how the worker's tasks went.

-- One row a minute for each storage (path '') and each of its store paths; thinned with age.
CREATE TABLE "capacity_sample" (
    "grp" TEXT NOT NULL,
    "storage_id" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "total_bytes" BIGINT NOT NULL,
    "free_bytes" BIGINT NOT NULL,
    -- Content of its files; unknown while a storage counts, and of storages that do not tell.
    "used_bytes" BIGINT,
    -- Counters of the storage since it started, for rates; only with path ''.
    "written_bytes" BIGINT,
    "read_bytes" BIGINT,

    CONSTRAINT "capacity_sample_pkey" PRIMARY KEY ("grp", "storage_id", "path", "at"),
    CONSTRAINT "capacity_sample_bytes" CHECK ("total_bytes" >= 0 AND "free_bytes" >= 0 AND "used_bytes" >= 0)
);
-- The history of everything reads whole storages of a span of time, and nothing but these columns.
CREATE INDEX "capacity_sample_history" ON "capacity_sample"("at", "grp", "storage_id") INCLUDE ("total_bytes", "free_bytes")
    WHERE "path" = '';

-- Visible files below a folder, added up by a job; the task `folderStat` of worker_task says when.
CREATE TABLE "folder_stat" (
    "entry_id" BIGINT NOT NULL,
    "files" BIGINT NOT NULL,
    "bytes" BIGINT NOT NULL,

    CONSTRAINT "folder_stat_pkey" PRIMARY KEY ("entry_id"),
    CONSTRAINT "folder_stat_entry_id_fkey" FOREIGN KEY ("entry_id") REFERENCES "entry"("id") ON DELETE CASCADE ON UPDATE NO ACTION
);
CREATE INDEX "folder_stat_bytes" ON "folder_stat"("bytes", "entry_id");
-- The largest files of all people.
CREATE INDEX "entry_largest" ON "entry"("size", "id") WHERE "kind" = 1 AND "trash_id" IS NULL;

-- The last run of each task of the worker.
CREATE TABLE "worker_task" (
    "name" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),
    "error" TEXT,
    "failed_at" TIMESTAMPTZ(3),

    CONSTRAINT "worker_task_pkey" PRIMARY KEY ("name")
);
