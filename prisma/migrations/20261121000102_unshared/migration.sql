-- A link that was taken back is part of what happened to an entry, as the link was.
ALTER TABLE "activity" DROP CONSTRAINT "activity_kind";
ALTER TABLE "activity" ADD CONSTRAINT "activity_kind"
    CHECK ("kind" IN ('added', 'renamed', 'moved', 'copied', 'trashed', 'restored', 'shared', 'unshared', 'replaced'));
