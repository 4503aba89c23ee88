import type { Requirement } from '../requirement.ts'
import { checksum } from './checksum.ts'
import { concatenation } from './concatenation.ts'
import { coreHead } from './core-head.ts'
import { coreHeaders } from './core-headers.ts'
import { corePatch } from './core-patch.ts'
import { creation } from './creation.ts'
import { creationWithUpload } from './creation-with-upload.ts'
import { deferredLength } from './deferred-length.ts'
import { expiration } from './expiration.ts'
import { termination } from './termination.ts'

/** Every MUST and SHOULD of tus 1.0.0 that binds servers, in the order of the specification. */
export const requirements: readonly Requirement[] = [
  ...coreHeaders,
  ...coreHead,
  ...corePatch,
  ...creation,
  ...deferredLength,
  ...creationWithUpload,
  ...expiration,
  ...checksum,
  ...termination,
  ...concatenation,
]
