/** The page of one storage. */
export function storageHref({ group, id }: { group: string; id: string }): string {
  return `/admin/capacity/${encodeURIComponent(group)}/${encodeURIComponent(id)}`
}
