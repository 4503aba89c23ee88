-- The search index gets one list per person and piece. With the person as a second column of the index, each search went
-- through the list of everything that this person has: 280 pages of a million entries to find 500.

DROP INDEX "entry_search";
DROP EXTENSION btree_gin;

-- What is found is compared with the name and the owner, so that two pieces with the same number do no harm.
CREATE FUNCTION "search_keys"("owner_id" TEXT, "grams" TEXT[]) RETURNS BIGINT[]
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN ARRAY(SELECT hashtextextended(g, hashtextextended(owner_id, 0)) FROM unnest(grams) g);

-- A search reads what has not been sorted into the index yet from one end to the other, so that this must stay short.
CREATE INDEX "entry_search" ON "entry" USING gin (search_keys("owner_id", "grams")) WITH (gin_pending_list_limit = 512)
    WHERE "trash_id" IS NULL;
-- How many entries have a piece decides how a search goes about it.
ALTER INDEX "entry_search" ALTER COLUMN 1 SET STATISTICS 1000;
