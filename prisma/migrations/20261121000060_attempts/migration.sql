-- Not only sign-ins are limited: codes, links and resets are counted in the same way.

ALTER TABLE "sign_in_attempt" RENAME TO "attempt";
ALTER TABLE "attempt" RENAME CONSTRAINT "sign_in_attempt_pkey" TO "attempt_pkey";
ALTER TABLE "attempt" RENAME CONSTRAINT "sign_in_attempt_failures" TO "attempt_failures";
