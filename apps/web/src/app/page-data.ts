import { headers } from 'next/headers'
import { getMe, getSetup } from '../features/auth/queries.ts'
import type { Me } from '../features/auth/schema.ts'
import { currentUser } from '../features/auth/session.ts'
import type { EntryPage, SortDirection, SortKey } from '../features/drive/schema.ts'
import { readLabels } from '../features/labels/queries.ts'
import type { Labels } from '../features/labels/schema.ts'
import { ApiError } from '../lib/api-error.ts'
import { env } from '../lib/env.ts'
import { ownOrigin } from '../lib/own-origin.ts'
import { readSettings } from '../lib/settings.ts'
import { withThumbnails } from '../lib/thumbnail-urls.ts'
import { listPlace } from './list-place.ts'

/** Who looks at this page; null when nobody is signed in. */
export async function loadMe(): Promise<Me | null> {
  const user = await currentUser()
  return user === null ? null : getMe(user)
}

/** The counts and tags of the sidebar; null when nobody is signed in. */
export async function loadLabels(): Promise<Labels | null> {
  const user = await currentUser()
  return user === null ? null : readLabels(user.id)
}

/** What the doors need to know: whether anybody is here yet, who may come in, and what a new person gets. */
export async function loadSetup() {
  return { ...(await getSetup()), quotaBytes: (await readSettings()).quotaDefaultBytes }
}

/** The first page of a folder; null when there is no such folder, or when it is not this person's. */
export async function loadFirstPage(
  folder: string,
  { sort, direction }: { sort: SortKey; direction: SortDirection },
): Promise<EntryPage | null> {
  const user = await currentUser()
  if (user === null) return null
  try {
    const page = await listPlace(user.id, { folder, sort, dir: direction })
    const origin = ownOrigin(await headers(), env().origins)
    return origin === undefined ? page : { ...page, items: await withThumbnails(page.items, origin) }
  } catch (error) {
    if (error instanceof ApiError && error.code === 'not_found') return null
    throw error
  }
}
