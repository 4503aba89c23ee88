-- What the worker looks for every minute, of all people: what has been in trash for too long, and sessions that ended.
CREATE INDEX "entry_trashed_at" ON "entry"("trashed_at") WHERE "trash_id" = "id";
CREATE INDEX "session_ended" ON "session"(least("expires_at", "revoked_at"));
