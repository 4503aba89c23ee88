import { ROOT_ID } from './api-client.ts'

/** The address of a folder's page. */
export function folderPath(folderId: string): string {
  return folderId === ROOT_ID ? '/drive' : `/drive/${encodeURIComponent(folderId)}`
}

/** The folder that an address names; the top folder when it names none. */
export function folderIdOf(pathname: string): string {
  const [, , id] = pathname.split('/')
  return id === undefined || id === '' ? ROOT_ID : decodeURIComponent(id)
}
