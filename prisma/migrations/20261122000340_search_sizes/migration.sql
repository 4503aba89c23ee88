-- The search index knows the first two digits of a size beside their number. "More than 49 MB" was four fifths of all
-- entries by the number of digits, and another index was read for the fiftieth that it is.

DROP INDEX "entry_search";
DROP FUNCTION "entry_search_keys"(TEXT, TEXT[], BIGINT, TEXT, BIGINT, TIMESTAMPTZ);

-- Kind: 0 folder, else the category. Size: how many digits it has, and a hundred times that with the first two (849 are 49
-- to 49.9 MB). Months since 1970, none before 2000 or after 2040. Eras are 4096 entries long, of all people together: 2^24
-- of them are 68 thousand million entries.
CREATE FUNCTION "entry_search_keys"(
    "owner_id" TEXT, "grams" TEXT[], "id" BIGINT, "category" TEXT, "size" BIGINT, "modified_at" TIMESTAMPTZ
) RETURNS BIGINT[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN search_keys(owner_id, grams)
        || trait_keys(owner_id, 'kind', ARRAY[
            coalesce(array_position(ARRAY['image', 'video', 'audio', 'document', 'archive', 'other'], category), 0)])
        || trait_keys(owner_id, 'size', ARRAY[
            length(size::text), length(size::text) * 100 + left(size::text, 2)::int])
        || trait_keys(owner_id, 'month', ARRAY[greatest(360, least(851,
            (extract(year FROM modified_at AT TIME ZONE 'UTC') - 1970) * 12
            + extract(month FROM modified_at AT TIME ZONE 'UTC') - 1))::int])
        || trait_keys(owner_id, 'era', ARRAY[(id >> 12)::int]);

CREATE INDEX "entry_search" ON "entry"
    USING gin (entry_search_keys("owner_id", "grams", "id", "category", "size", "modified_at"))
    WITH (gin_pending_list_limit = 512) WHERE "trash_id" IS NULL;
ALTER INDEX "entry_search" ALTER COLUMN 1 SET STATISTICS 1000;
-- How many entries have a key decides how a search goes about it.
ANALYZE "entry";
