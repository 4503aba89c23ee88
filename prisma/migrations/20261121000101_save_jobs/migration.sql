-- Saving what somebody shared into a drive of one's own is a job like copying.
ALTER TABLE "job" DROP CONSTRAINT "job_kind";
ALTER TABLE "job" ADD CONSTRAINT "job_kind" CHECK ("kind" IN ('move', 'copy', 'save', 'trash', 'restore', 'delete'));
