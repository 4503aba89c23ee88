-- What administrators decide, and what is written down about acts of security and administration.

-- Only what somebody has set; everything else is as the environment says.
CREATE TABLE "setting" (
    "key" TEXT NOT NULL,
    "value" JSONB NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" TEXT,

    CONSTRAINT "setting_pkey" PRIMARY KEY ("key"),
    CONSTRAINT "setting_updated_by_fkey" FOREIGN KEY ("updated_by") REFERENCES "person"("id") ON DELETE SET NULL ON UPDATE NO ACTION,
    CONSTRAINT "setting_key" CHECK ("key" IN ('signup', 'trashDays', 'instantScope', 'instantMinHolders', 'quotaDefaultBytes', 'uploadMaxBytes'))
);

-- No foreign keys: a line outlives whoever and whatever it is about.
CREATE TABLE "audit" (
    "id" BIGINT GENERATED ALWAYS AS IDENTITY NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actor_id" TEXT,
    "action" TEXT NOT NULL,
    "target_kind" TEXT,
    "target_id" TEXT,
    "target_name" TEXT,
    "ip" TEXT NOT NULL DEFAULT '',
    "detail" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "audit_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "audit_action" CHECK ("action" ~ '^[a-z_]+(\.[a-z_]+)+$'),
    CONSTRAINT "audit_target" CHECK (("target_kind" IS NULL) = ("target_id" IS NULL)),
    CONSTRAINT "audit_detail" CHECK (jsonb_typeof("detail") = 'object')
);

-- One per filter of the log's page, each in the order in which it is read.
CREATE INDEX "audit_at" ON "audit"("at", "id");
CREATE INDEX "audit_action_at" ON "audit"("action", "at", "id");
CREATE INDEX "audit_actor_at" ON "audit"("actor_id", "at", "id");
CREATE INDEX "audit_target_at" ON "audit"("target_kind", "target_id", "at", "id");

CREATE FUNCTION "audit_refuse_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The audit log only grows: % is refused.', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER "audit_keeps_lines" BEFORE UPDATE OR DELETE ON "audit"
    FOR EACH ROW EXECUTE FUNCTION "audit_refuse_change"();
CREATE TRIGGER "audit_keeps_all" BEFORE TRUNCATE ON "audit"
    FOR EACH STATEMENT EXECUTE FUNCTION "audit_refuse_change"();

-- A disabled person cannot sign in, has no sessions, and shares nothing; what they keep stays.
ALTER TABLE "person" ADD COLUMN "disabled_at" TIMESTAMPTZ(3);
