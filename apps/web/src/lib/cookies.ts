/** The cookies of a request, by name. */
export function readCookies(headers: Headers): Map<string, string> {
  const cookies = new Map<string, string>()
  for (const pair of headers.get('cookie')?.split(';') ?? []) {
    const equals = pair.indexOf('=')
    if (equals > 0) cookies.set(pair.slice(0, equals).trim(), decoded(pair.slice(equals + 1).trim()))
  }
  return cookies
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch (error) {
    // Not ours: other programs on this host may set cookies that are not percent-encoded.
    if (error instanceof URIError) return value
    throw error
  }
}
