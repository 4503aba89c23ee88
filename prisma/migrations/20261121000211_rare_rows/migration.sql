-- What is rare is read from an index of its own and not looked for among all rows.

-- Folders of one person, the newest first: a search for folders only.
CREATE INDEX "entry_folders" ON "entry"("owner_id", "modified_at", "id") WHERE "trash_id" IS NULL AND "kind" = 0;

-- Lines of the log by a part of what they are about: pairs of neighbouring characters, as names of entries are found.
CREATE FUNCTION "audit_pairs"("name" TEXT) RETURNS TEXT[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN ARRAY(SELECT DISTINCT substr(lower(name), n, 2) FROM generate_series(1, length(lower(name)) - 1) n);
CREATE INDEX "audit_target_pairs" ON "audit" USING gin (audit_pairs("target_name")) WHERE "target_name" IS NOT NULL;
