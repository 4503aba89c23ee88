// What the details panel is told. Times are ISO 8601 in UTC where nothing else is said.

export interface MediaDetails {
  width: number | null
  height: number | null
  durationMs: number | null
  /** By the camera's clock, without a zone. */
  takenAt: string | null
  camera: string | null
  lens: string | null
  latitude: number | null
  longitude: number | null
  /** exposureSeconds, aperture, iso, focalLength, software, artist, description. */
  facts: Record<string, string | number>
}

/** What a check found at one storage. */
export interface CheckedCopy {
  storageId: string
  result: 'matches' | 'differs' | 'missing' | 'unreachable'
}

export interface VerificationState {
  state: 'waiting' | 'running' | 'done' | 'cancelled'
  doneBytes: number
  totalBytes: number
  copies: CheckedCopy[]
  startedAt: string | null
  finishedAt: string | null
}

export interface EntryDetails {
  id: string
  /** The folders above it, from below the top folder on. */
  where: { id: string; name: string }[]
  contentType: string | null
  createdAt: string
  modifiedAt: string
  addedBy: string
  sha256: string | null
  fileId: string | null
  media: MediaDetails | null
  activity: { kind: string; at: string; actor: string | null; detail: Record<string, string | number> }[]
  /** The last one of this content, running or not. */
  verification: VerificationState | null
}

/** One member of the group of a file. `path`: the store path, as in file IDs. */
export interface CopyDetail {
  storageId: string
  group: string
  path: string
  state: 'whole' | 'missing' | 'unreachable'
  since: string | null
}
