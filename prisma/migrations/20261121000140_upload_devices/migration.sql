-- Which device sends an upload: only one at a time does, and another one takes it over by asking for it.

ALTER TABLE "upload"
    ADD COLUMN "device" TEXT,
    -- What its browser calls itself, to be shown.
    ADD COLUMN "device_agent" TEXT,
    -- SHA-256 of the first 64 KiB, by which another device tells whether it has the same file.
    ADD COLUMN "probe" TEXT,
    ADD CONSTRAINT "upload_device" CHECK (length("device") BETWEEN 1 AND 64),
    ADD CONSTRAINT "upload_device_agent" CHECK (length("device_agent") <= 256),
    ADD CONSTRAINT "upload_probe" CHECK ("probe" ~ '^[0-9a-f]{64}$');
