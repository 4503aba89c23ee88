import { readFileSync } from 'node:fs'

/** What browsers show, for a storage without a list of its own. */
const TYPES: ReadonlyArray<readonly [string, string]> = [
  ['avif', 'image/avif'],
  ['css', 'text/css; charset=utf-8'],
  ['flv', 'video/x-flv'],
  ['gif', 'image/gif'],
  ['htm', 'text/html; charset=utf-8'],
  ['html', 'text/html; charset=utf-8'],
  ['jpeg', 'image/jpeg'],
  ['jpg', 'image/jpeg'],
  ['js', 'text/javascript; charset=utf-8'],
  ['json', 'application/json'],
  ['m4a', 'audio/mp4'],
  ['mov', 'video/quicktime'],
  ['mp3', 'audio/mpeg'],
  ['mp4', 'video/mp4'],
  ['ogg', 'audio/ogg'],
  ['pdf', 'application/pdf'],
  ['png', 'image/png'],
  ['svg', 'image/svg+xml'],
  ['txt', 'text/plain; charset=utf-8'],
  ['wav', 'audio/wav'],
  ['webm', 'video/webm'],
  ['webp', 'image/webp'],
  ['xml', 'application/xml'],
  ['zip', 'application/zip'],
]

/**
 * Media type of an extension (lower case, without the dot): from a `mime.types` file, lines of a type and its
 * extensions, or from a short list. Throws when the file cannot be read.
 */
export function createMediaTypes(mimeTypesFile: string | null, fallback: string): (extension: string) => string {
  const types = new Map(mimeTypesFile === null ? TYPES : readTypes(mimeTypesFile))
  return (extension) => types.get(extension) ?? fallback
}

function readTypes(path: string): Array<readonly [string, string]> {
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [type = '', ...extensions] = line
        .replace(/[#;].*$/, '')
        .trim()
        .split(/\s+/)
      return type.includes('/') ? extensions.map((extension) => [extension.toLowerCase(), type] as const) : []
    })
}
