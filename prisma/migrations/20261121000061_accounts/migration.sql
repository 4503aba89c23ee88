-- Second factors, one-time links, invitations, and space that several people share.

ALTER TABLE "person"
    ADD COLUMN "theme" TEXT,
    ADD COLUMN "password_changed_at" TIMESTAMPTZ(3),
    ADD CONSTRAINT "person_theme" CHECK ("theme" IN ('system', 'light', 'dark')),
    ADD CONSTRAINT "person_locale" CHECK ("locale" IN ('en', 'zh-CN'));

-- `secret` is encrypted with a key that the database does not hold. Without `confirmed_at` nobody is asked for a code.
CREATE TABLE "totp" (
    "user_id" TEXT NOT NULL,
    "secret" BYTEA NOT NULL,
    -- The step of the last code that was accepted: none is accepted twice.
    "last_step" BIGINT NOT NULL DEFAULT 0,
    "confirmed_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "totp_pkey" PRIMARY KEY ("user_id"),
    CONSTRAINT "totp_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "person"("id") ON DELETE CASCADE ON UPDATE CASCADE
);

CREATE TABLE "recovery_code" (
    "user_id" TEXT NOT NULL,
    "code_hash" BYTEA NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "recovery_code_pkey" PRIMARY KEY ("user_id", "code_hash"),
    CONSTRAINT "recovery_code_hash" CHECK (octet_length("code_hash") = 32),
    CONSTRAINT "recovery_code_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "totp"("user_id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- A link that does one thing once: sets a password, or says that an e-mail is somebody's.
CREATE TABLE "one_time_link" (
    "token_hash" BYTEA NOT NULL,
    "user_id" TEXT NOT NULL,
    "purpose" TEXT NOT NULL,
    "email" TEXT,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "one_time_link_pkey" PRIMARY KEY ("token_hash"),
    CONSTRAINT "one_time_link_hash" CHECK (octet_length("token_hash") = 32),
    CONSTRAINT "one_time_link_purpose" CHECK ("purpose" IN ('password', 'email') AND ("purpose" = 'email') = ("email" IS NOT NULL)),
    CONSTRAINT "one_time_link_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "person"("id") ON DELETE CASCADE ON UPDATE CASCADE
);

CREATE INDEX "one_time_link_user_id" ON "one_time_link"("user_id");
CREATE INDEX "one_time_link_expires_at" ON "one_time_link"("expires_at");

-- Space that several people share, beside what each may keep alone.
CREATE TABLE "quota_group" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "allowed" BIGINT NOT NULL,
    "used" BIGINT NOT NULL DEFAULT 0,
    "reserved" BIGINT NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "quota_group_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "quota_group_not_negative" CHECK ("allowed" >= 0 AND "used" >= 0 AND "reserved" >= 0),
    CONSTRAINT "quota_group_name_length" CHECK (char_length("name") BETWEEN 1 AND 100)
);

CREATE UNIQUE INDEX "quota_group_name" ON "quota_group"(lower("name"));

ALTER TABLE "quota"
    ADD COLUMN "group_id" TEXT,
    ADD CONSTRAINT "quota_group_id_fkey" FOREIGN KEY ("group_id") REFERENCES "quota_group"("id") ON DELETE SET NULL ON UPDATE CASCADE;

CREATE INDEX "quota_group_id" ON "quota"("group_id") WHERE "group_id" IS NOT NULL;

-- What a group keeps is the sum of its members, whoever writes a member's row and however: the member's row is locked
-- first, its group's row second.
CREATE FUNCTION "quota_group_follow"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD."group_id" IS NOT DISTINCT FROM NEW."group_id" THEN
        UPDATE "quota_group" SET
            "used" = "used" + NEW."used" - OLD."used",
            "reserved" = "reserved" + NEW."reserved" - OLD."reserved"
        WHERE "id" = NEW."group_id";
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' AND OLD."group_id" IS NOT NULL THEN
        UPDATE "quota_group" SET "used" = "used" - OLD."used", "reserved" = "reserved" - OLD."reserved"
        WHERE "id" = OLD."group_id";
    END IF;
    IF TG_OP <> 'DELETE' AND NEW."group_id" IS NOT NULL THEN
        UPDATE "quota_group" SET "used" = "used" + NEW."used", "reserved" = "reserved" + NEW."reserved"
        WHERE "id" = NEW."group_id";
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER "quota_group_follow_changes" AFTER UPDATE OF "used", "reserved", "group_id" ON "quota"
    FOR EACH ROW WHEN (OLD."group_id" IS NOT NULL OR NEW."group_id" IS NOT NULL)
    EXECUTE FUNCTION "quota_group_follow"();
CREATE TRIGGER "quota_group_follow_new" AFTER INSERT ON "quota"
    FOR EACH ROW WHEN (NEW."group_id" IS NOT NULL) EXECUTE FUNCTION "quota_group_follow"();
CREATE TRIGGER "quota_group_follow_gone" AFTER DELETE ON "quota"
    FOR EACH ROW WHEN (OLD."group_id" IS NOT NULL) EXECUTE FUNCTION "quota_group_follow"();

CREATE TABLE "invitation" (
    "id" TEXT NOT NULL,
    "token_hash" BYTEA NOT NULL,
    -- Who may use it; NULL: whoever has the link.
    "email" TEXT,
    -- What a person who comes by it gets; NULL: what the settings say.
    "quota" BIGINT,
    "quota_group_id" TEXT,
    "role" TEXT NOT NULL DEFAULT 'user',
    "max_uses" INTEGER NOT NULL DEFAULT 1,
    "used" INTEGER NOT NULL DEFAULT 0,
    "created_by" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "invitation_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "invitation_hash" CHECK (octet_length("token_hash") = 32),
    CONSTRAINT "invitation_role" CHECK ("role" IN ('admin', 'user')),
    CONSTRAINT "invitation_email_lower" CHECK ("email" = lower("email")),
    -- An address can have one account, and an administrator's door opens once.
    CONSTRAINT "invitation_uses" CHECK ("used" BETWEEN 0 AND "max_uses" AND (("email" IS NULL AND "role" = 'user') OR "max_uses" = 1)),
    CONSTRAINT "invitation_quota" CHECK ("quota" >= 0),
    CONSTRAINT "invitation_created_by_fkey" FOREIGN KEY ("created_by") REFERENCES "person"("id") ON DELETE SET NULL ON UPDATE CASCADE,
    CONSTRAINT "invitation_quota_group_id_fkey" FOREIGN KEY ("quota_group_id") REFERENCES "quota_group"("id") ON DELETE SET NULL ON UPDATE CASCADE
);

CREATE UNIQUE INDEX "invitation_token_hash" ON "invitation"("token_hash");
CREATE INDEX "invitation_created_at" ON "invitation"("created_at", "id");
