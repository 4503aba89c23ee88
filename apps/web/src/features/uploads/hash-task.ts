import type { ByteRange } from './possession.ts'

/** What the page asks its hashing worker. Hashes, nonces and ids are hexadecimal. */
export type HashTask =
  | { id: number; kind: 'hash' | 'probe'; file: File }
  | {
      id: number
      kind: 'prove'
      file: File
      uploadId: string
      sha256: string
      nonce: string
      ranges: readonly ByteRange[]
    }
  | { id: number; kind: 'stop' }

export type HashReply =
  | { id: number; kind: 'progress'; bytes: number }
  | { id: number; kind: 'done'; value: string | null }
  | { id: number; kind: 'failed'; reason: string }
