import { ProtocolError } from '../errors.ts'
import type { Layout } from './layout.ts'

/** Every message is this header and a body (client protocol §1.1). */
export const HEADER_SIZE = 10

/** The command byte of every response, whatever the request was. */
export const RESPONSE_COMMAND = 100

/**
 * | offset | width | meaning                                                          |
 * |-------:|------:|------------------------------------------------------------------|
 * |      0 |     8 | body length, signed 64-bit big-endian, header not counted        |
 * |      8 |     1 | command; 100 in responses                                        |
 * |      9 |     1 | status: 0 or an errno in responses; flags in a few requests      |
 */
export interface Header {
  /** Bytes of the body, 0 … 2^53 − 1. */
  length: number
  /** 0 … 255 */
  command: number
  /** 0 … 255 */
  status: number
}

const HIGH_WORD = 2 ** 32
const HIGH_WORD_MAX = 0x1f_ff_ff

/** Writes the 10 header bytes at `offset`. RangeError when the length is not an integer in 0 … 2^53 − 1. */
export function writeHeader(buf: Buffer, offset: number, header: Header): void {
  const { length } = header
  if (!Number.isSafeInteger(length) || length < 0) throw new RangeError(`body length ${length} is not 0 … 2^53-1`)
  buf.writeUInt32BE(Math.floor(length / HIGH_WORD), offset)
  buf.writeUInt32BE(length % HIGH_WORD, offset + 4)
  buf[offset + 8] = header.command
  buf[offset + 9] = header.status
}

/**
 * Reads the header at `offset`; 10 bytes must be there. ProtocolError when the body length is negative or above
 * 2^53 − 1: the connection cannot be brought back into sync (C cuts such lengths to 32 bits, §1.7; we refuse them).
 */
export function readHeader(buf: Buffer, offset: number): Header {
  const high = buf.readUInt32BE(offset)
  if (high > HIGH_WORD_MAX) throw new ProtocolError(`body length 0x${buf.toString('hex', offset, offset + 8)}`)
  return {
    length: high * HIGH_WORD + buf.readUInt32BE(offset + 4),
    command: buf.readUInt8(offset + 8),
    status: buf.readUInt8(offset + 9),
  }
}

/** Header and body in one buffer, sized once: what a small request or response is on the wire. */
export function encodeFrame<T>(head: { command: number; status: number }, layout: Layout<T>, value: T): Buffer {
  const length = layout.sizeOf(value)
  const frame = Buffer.allocUnsafe(HEADER_SIZE + length)
  writeHeader(frame, 0, { length, command: head.command, status: head.status })
  layout.write(value, frame, HEADER_SIZE)
  return frame
}

/** A message without a body: an error response, ACTIVE_TEST, QUIT … */
export function encodeEmptyFrame(command: number, status: number): Buffer {
  const frame = Buffer.alloc(HEADER_SIZE)
  frame[8] = command
  frame[9] = status
  return frame
}
