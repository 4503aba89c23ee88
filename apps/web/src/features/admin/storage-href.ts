/** The page of one storage. */
export function storageHref({ group, id }: { group: string; id: string }): string {
  return `/admin/capacity/${encodeURIComponent(group)}/${encodeURIComponent(id)}`
}

/** Where the server answers for one storage. */
export function storageApi({ group, id }: { group: string; id: string }): string {
  return `/api/admin/storages/${encodeURIComponent(group)}/${encodeURIComponent(id)}`
}
