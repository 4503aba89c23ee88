/** In place of a folder's id: the person's own top folder. */
export const ROOT_ID = 'root'

/** What a file is, decided from its bytes by the storage that received it, never from its name alone. */
export type Category = 'image' | 'video' | 'audio' | 'document' | 'archive' | 'other'

/** A folder or file as pages see it. `id` is the random public id; sizes are bytes; times are ISO 8601 in UTC. */
export interface EntryItem {
  id: string
  kind: 'folder' | 'file'
  name: string
  size: number
  /** Null for folders, as the next one. */
  category: Category | null
  contentType: string | null
  createdAt: string
  modifiedAt: string
  /** How many storages were known to hold the content when it was stored; null for folders. */
  copies: number | null
  /** Folders only: how many entries lie directly in it. */
  items?: number
  /** In listings: a small picture of the file, at the storage that holds it. */
  thumbnailUrl?: string
  /** Starred by its owner. */
  favourite?: boolean
  tags?: EntryTag[]
  /** A link that works leads to it. */
  shared?: boolean
  /** Of a video. */
  durationMs?: number
  /** In places that gather from the whole drive, and in trash: the folders above, from below the top folder on. */
  where?: { id: string; name: string }[]
  /** In trash: when it is deleted for good. */
  leavesAt?: string
  /** In Recent: when it was opened last, or else added. */
  at?: string
}

export interface EntryTag {
  id: string
  name: string
  /** One of the colours of features/labels/schema.ts. */
  colour: string
}
