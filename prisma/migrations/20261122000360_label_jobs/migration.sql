-- Stars and tags on everything that is selected are jobs as well, however many entries that is.
ALTER TABLE "job" DROP CONSTRAINT "job_kind";
ALTER TABLE "job" ADD CONSTRAINT "job_kind"
    CHECK ("kind" IN ('move', 'copy', 'save', 'trash', 'restore', 'delete', 'star', 'unstar', 'tag'));

-- Ids of tags that this entry shall get and lose; once it is done, those that it did get and lose. Without foreign keys,
-- as for entries: a tag that is deleted meanwhile is passed over.
ALTER TABLE "job_item" ADD COLUMN "tags_on" BIGINT[], ADD COLUMN "tags_off" BIGINT[];
