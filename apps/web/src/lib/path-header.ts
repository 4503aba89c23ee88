/** Tells layouts which address was asked for: Next does not. Set by the proxy on every request for a page. */
export const PATH_HEADER = 'x-cairn-path'
