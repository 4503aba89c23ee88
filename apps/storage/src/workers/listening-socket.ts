import { closeSync, fstatSync, openSync } from 'node:fs'
import { isErrno } from '../disk/atomic-file.ts'

/**
 * The number that the listening socket gets, so that threads can accept at it. It is that of standard input, which a
 * daemon does not read: the one number besides the outputs that Node.js never closes. Each thread has a handle of its own
 * on the same number, and with any other the end of one thread would close the socket of all, or what had come to stand
 * in its place.
 */
export const LISTENING_DESCRIPTOR = 0

/** Frees the number: the next thing that is opened gets it. */
export function makeRoomForSocket(): void {
  closeSync(LISTENING_DESCRIPTOR)
}

/** It was the socket that got it. */
export function hasSocket(): boolean {
  try {
    return fstatSync(LISTENING_DESCRIPTOR).isSocket()
  } catch (error) {
    if (isErrno(error, 'EBADF')) return false
    throw error
  }
}

/** Nobody accepts any more. */
export function closeSocket(): void {
  closeSync(LISTENING_DESCRIPTOR)
  openSync('/dev/null', 'r')
}
