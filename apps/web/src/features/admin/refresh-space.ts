import type { QueryClient } from '@tanstack/react-query'

/** After a change of what people may keep: the administrator is one of them. */
export async function refreshSpace(client: QueryClient): Promise<void> {
  await Promise.all([client.invalidateQueries({ queryKey: ['admin'] }), client.invalidateQueries({ queryKey: ['me'] })])
}
