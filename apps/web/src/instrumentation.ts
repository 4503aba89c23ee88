import { announceExactLengths } from './lib/exact-length.ts'
import { readMalformedAddresses } from './lib/malformed-addresses.ts'
import { notePeerAddresses } from './lib/peer-address.ts'

/** Next calls this once, before the server answers its first request. */
export function register(): void {
  notePeerAddresses()
  readMalformedAddresses()
  announceExactLengths()
}
