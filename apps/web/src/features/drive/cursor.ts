import { z } from 'zod'
import { ApiError } from '../../lib/api-error.ts'
import { KIND_FILE, KIND_FOLDER } from '../../lib/entries/entry-rows.ts'

const countSchema = z.number().int().nonnegative()

// The place of the last item of a page: `key` is what it is sorted by, as text, `name` its sort key. Totals that were
// counted for the first page (trash, labels) go along: the next pages need not count again.
const cursorSchema = z.object({
  kind: z.union([z.literal(KIND_FOLDER), z.literal(KIND_FILE)]),
  key: z.string().max(300),
  name: z.string().max(300),
  id: z.string().regex(/^\d{1,19}$/),
  totals: z.object({ total: countSchema, totalBytes: countSchema }),
})
export type Cursor = z.infer<typeof cursorSchema>

/** A cursor as opaque text. Nobody is kept from making one up: it only says where to go on in a folder of one's own. */
export function encodeCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify(cursor), 'utf8').toString('base64url')
}

export function decodeCursor(text: string): Cursor {
  try {
    return cursorSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')))
  } catch (cause) {
    // biome-ignore lint/style/useErrorCause: the rule knows the cause only as the second argument.
    throw new ApiError('bad_request', 'This is not the cursor of a page.', { field: 'cursor', cause })
  }
}
