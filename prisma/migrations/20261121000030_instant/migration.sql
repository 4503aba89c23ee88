-- Instant upload: content that is stored already becomes an entry when the person proves to have it.

-- How an upload ended well: its bytes were sent, or the content was proven to be there.
ALTER TABLE "upload" ADD COLUMN "method" TEXT NOT NULL DEFAULT 'sent';
ALTER TABLE "upload" ADD CONSTRAINT "upload_method" CHECK (
    "method" = 'sent' OR ("method" = 'instant' AND "state" = 'committed')
);

-- What somebody has to prove about which content. A row is used once; most are never used and go after their time.
CREATE TABLE "claim_challenge" (
    "nonce" BYTEA NOT NULL,
    "upload_id" BIGINT NOT NULL,
    "owner_id" TEXT NOT NULL,
    "sha256" BYTEA NOT NULL,
    "size" BIGINT NOT NULL,
    "offsets" BIGINT[] NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "claim_challenge_pkey" PRIMARY KEY ("nonce"),
    CONSTRAINT "claim_challenge_upload_id_fkey" FOREIGN KEY ("upload_id") REFERENCES "upload"("id") ON DELETE CASCADE ON UPDATE NO ACTION,
    CONSTRAINT "claim_challenge_hashes" CHECK (octet_length("nonce") = 32 AND octet_length("sha256") = 32),
    CONSTRAINT "claim_challenge_size" CHECK ("size" > 0)
);

CREATE INDEX "claim_challenge_owner" ON "claim_challenge"("owner_id", "expires_at");
CREATE INDEX "claim_challenge_upload" ON "claim_challenge"("upload_id");

-- Whether a person keeps a file of this size already: asked before an upload, for each of its files.
CREATE INDEX "entry_owner_size" ON "entry"("owner_id", "size") WHERE "kind" = 1;
