-- The search index also knows what an entry is, how large, from which month and how new: filters are looked up and not
-- compared row by row, and of a word that thousands of names have only the newest are read.

-- Numbers of one trait of one person lie side by side, so that a range of them is in a page or two of the index.
CREATE FUNCTION "trait_keys"("owner_id" TEXT, "trait" TEXT, "numbers" INT[]) RETURNS BIGINT[]
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN ARRAY(
        SELECT (hashtextextended(trait, hashtextextended(owner_id, 0)) & -16777216) + n FROM unnest(numbers) n
    );

-- Kind: 0 folder, else the category. Digits of the size. Months since 1970, none before 2000 or after 2040. Eras are
-- 4096 entries long, of all people together: 2^24 of them are 68 thousand million entries.
CREATE FUNCTION "entry_search_keys"(
    "owner_id" TEXT, "grams" TEXT[], "id" BIGINT, "category" TEXT, "size" BIGINT, "modified_at" TIMESTAMPTZ
) RETURNS BIGINT[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN search_keys(owner_id, grams)
        || trait_keys(owner_id, 'kind', ARRAY[
            coalesce(array_position(ARRAY['image', 'video', 'audio', 'document', 'archive', 'other'], category), 0)])
        || trait_keys(owner_id, 'digits', ARRAY[length(size::text)])
        || trait_keys(owner_id, 'month', ARRAY[greatest(360, least(851,
            (extract(year FROM modified_at AT TIME ZONE 'UTC') - 1970) * 12
            + extract(month FROM modified_at AT TIME ZONE 'UTC') - 1))::int])
        || trait_keys(owner_id, 'era', ARRAY[(id >> 12)::int]);

DROP INDEX "entry_search";
-- A search reads what has not been sorted into the index yet from one end to the other, so that this must stay short.
CREATE INDEX "entry_search" ON "entry"
    USING gin (entry_search_keys("owner_id", "grams", "id", "category", "size", "modified_at"))
    WITH (gin_pending_list_limit = 512) WHERE "trash_id" IS NULL;
-- How many entries have a key decides how a search goes about it.
ALTER INDEX "entry_search" ALTER COLUMN 1 SET STATISTICS 1000;
