/** The filter of a search for what carries a tag. */
export function tagToken(name: string): string {
  return /\s/.test(name) ? `tag:"${name}"` : `tag:${name}`
}
