import { ProtocolError } from '../errors.ts'
import type { Layout } from './layout.ts'

/** A field of the same size in every message. `path` names command and field in errors. */
export interface FixedField<T> {
  readonly kind: 'fixed'
  readonly size: number
  read(buf: Buffer, offset: number, path: string): T
  write(buf: Buffer, offset: number, value: T, path: string): void
}

/**
 * A field whose size differs. `rest` takes what the fixed fields after it leave over; `sized` takes the size that
 * a count field before it names.
 */
export interface VariableField<T> {
  readonly kind: 'rest' | 'sized'
  /** Smallest and largest size in bytes. */
  readonly sizeMin: number
  readonly sizeMax: number
  /** The size is a multiple of this. */
  readonly unit: number
  sizeOf(value: T): number
  read(buf: Buffer, start: number, end: number, path: string): T
  write(buf: Buffer, offset: number, value: T, path: string): void
}

/** The length of another field: bytes of a text or of bytes, items of a list. It is no part of the value. */
export interface CountField {
  readonly kind: 'count'
  readonly of: string
  readonly number: FixedField<number>
}

function unsigned(size: 1 | 4): FixedField<number> {
  const max = 2 ** (8 * size) - 1
  return {
    kind: 'fixed',
    size,
    read: size === 1 ? (buf, offset) => buf.readUInt8(offset) : (buf, offset) => buf.readUInt32BE(offset),
    write(buf, offset, value, path) {
      if (!(Number.isInteger(value) && value >= 0 && value <= max)) throw outOfRange(path, value)
      if (size === 1) buf[offset] = value
      else buf.writeUInt32BE(value, offset)
    },
  }
}

/** Unsigned byte. */
export const u8 = unsigned(1)
/** Unsigned 32-bit integer, big-endian; also the 4-byte timestamps, which C reads as signed (§5.4). */
export const u32 = unsigned(4)

/** One byte, 0 or 1; any other value reads as true. */
export const flag: FixedField<boolean> = {
  kind: 'fixed',
  size: 1,
  read: (buf, offset) => buf[offset] !== 0,
  write(buf, offset, value) {
    buf[offset] = value ? 1 : 0
  },
}

/** Signed byte. */
export const i8: FixedField<number> = {
  kind: 'fixed',
  size: 1,
  read: (buf, offset) => buf.readInt8(offset),
  write(buf, offset, value, path) {
    if (!(Number.isInteger(value) && value >= -0x80 && value <= 0x7f)) throw outOfRange(path, value)
    buf.writeInt8(value, offset)
  },
}

const HIGH_WORD = 2 ** 32

/** Signed 64-bit integer, big-endian, as a number. A value beyond ±(2^53 − 1) is a ProtocolError. */
export const i64: FixedField<number> = {
  kind: 'fixed',
  size: 8,
  read(buf, offset, path) {
    const value = buf.readInt32BE(offset) * HIGH_WORD + buf.readUInt32BE(offset + 4)
    if (!Number.isSafeInteger(value)) throw new ProtocolError(`${path}: beyond 2^53`)
    return value
  },
  write(buf, offset, value, path) {
    if (!Number.isSafeInteger(value)) throw outOfRange(path, value)
    const high = Math.floor(value / HIGH_WORD)
    buf.writeInt32BE(high, offset)
    buf.writeUInt32BE(value - high * HIGH_WORD, offset + 4)
  },
}

/** As i64, for a number of bytes that may be more than there are: beyond ±(2^53 − 1) it reads as that. */
export const i64Capped: FixedField<number> = {
  ...i64,
  read(buf, offset) {
    const value = buf.readInt32BE(offset) * HIGH_WORD + buf.readUInt32BE(offset + 4)
    return Math.max(-Number.MAX_SAFE_INTEGER, Math.min(value, Number.MAX_SAFE_INTEGER))
  },
}

/**
 * Text in a field of `size` bytes, filled up with NUL; reading stops at the first NUL, since senders leave garbage
 * behind it (§1.2). One character is one byte (latin1), so unknown bytes survive a round trip.
 * Writing text that is longer, holds a NUL or a character above U+00FF is a RangeError: nothing is cut.
 */
export function text(size: number): FixedField<string> {
  return {
    kind: 'fixed',
    size,
    read: (buf, offset) => buf.toString('latin1', offset, endOfText(buf, offset, offset + size)),
    write(buf, offset, value, path) {
      if (value.length > size) throw new RangeError(`${path}: ${JSON.stringify(value)} is longer than ${size} bytes`)
      writeText(buf, offset, value, path)
      for (let i = offset + value.length; i < offset + size; i++) buf[i] = 0
    },
  }
}

/** `size` bytes as they are. Reading gives a view into the message, not a copy. */
export function bytes(size: number): FixedField<Buffer> {
  return {
    kind: 'fixed',
    size,
    read: (buf, offset) => buf.subarray(offset, offset + size),
    write(buf, offset, value, path) {
      if (value.length !== size) throw new RangeError(`${path}: ${value.length} bytes instead of ${size}`)
      buf.set(value, offset)
    },
  }
}

/** A struct of constant size inside another. */
export function nested<T>(layout: Layout<T>): FixedField<T> {
  const { size } = layout
  if (size === undefined) throw new TypeError(`${layout.label} has no constant size`)
  return {
    kind: 'fixed',
    size,
    read: (buf, offset) => layout.readAt(buf, offset),
    write: (buf, offset, value) => layout.write(value, buf, offset),
  }
}

function variableText(kind: 'rest' | 'sized', sizeMin: number, sizeMax: number): VariableField<string> {
  return {
    kind,
    sizeMin,
    sizeMax,
    unit: 1,
    sizeOf: (value) => value.length,
    read: (buf, start, end) => buf.toString('latin1', start, end),
    write: writeText,
  }
}

/** Text that fills the rest of the body. */
export function restText(sizeMin = 0, sizeMax = Number.MAX_SAFE_INTEGER): VariableField<string> {
  return variableText('rest', sizeMin, sizeMax)
}

/** Text whose length a `countOf` field before it names. */
export function sizedText(sizeMin: number, sizeMax: number): VariableField<string> {
  return variableText('sized', sizeMin, sizeMax)
}

/** As `restText`, but reading stops at the first NUL: ids that some clients pad (§3.4). */
export function restPaddedText(sizeMin: number, sizeMax: number): VariableField<string> {
  return {
    ...variableText('rest', sizeMin, sizeMax),
    read: (buf, start, end) => buf.toString('latin1', start, endOfText(buf, start, end)),
  }
}

/** Text closed by a NUL; reading accepts it without (SET_TRUNK_SERVER, §3.8). */
export function restTerminatedText(sizeMax: number): VariableField<string> {
  return {
    ...restPaddedText(0, sizeMax),
    sizeOf: (value) => value.length + 1,
    write(buf, offset, value, path) {
      writeText(buf, offset, value, path)
      buf[offset + value.length] = 0
    },
  }
}

/** Lines, each closed by LF; the last one may lack it when read. */
export const restLines: VariableField<readonly string[]> = {
  kind: 'rest',
  sizeMin: 0,
  sizeMax: Number.MAX_SAFE_INTEGER,
  unit: 1,
  sizeOf: (lines) => lines.reduce((size, line) => size + line.length + 1, 0),
  read(buf, start, end) {
    const lines = buf.toString('latin1', start, end).split('\n')
    if (lines.at(-1) === '') lines.pop()
    return lines
  },
  write(buf, offset, lines, path) {
    let cursor = offset
    for (const line of lines) {
      if (line.includes('\n')) throw new RangeError(`${path}: a line holds a line feed`)
      writeText(buf, cursor, line, path)
      cursor += line.length
      buf[cursor++] = 0x0a
    }
  },
}

function variableBytes(kind: 'rest' | 'sized', sizeMax: number): VariableField<Buffer> {
  return {
    kind,
    sizeMin: 0,
    sizeMax,
    unit: 1,
    sizeOf: (value) => value.length,
    read: (buf, start, end) => buf.subarray(start, end),
    write: (buf, offset, value) => buf.set(value, offset),
  }
}

/** The rest of the body as it is: a view into the message, not a copy. */
export const restBytes: VariableField<Buffer> = variableBytes('rest', Number.MAX_SAFE_INTEGER)

/** Bytes whose number a `countOf` field before them names. A view into the message, not a copy. */
export function sizedBytes(sizeMax: number): VariableField<Buffer> {
  return variableBytes('sized', sizeMax)
}

/** A list of records of constant size that fills the rest of the body. */
export function repeat<T>(layout: Layout<T>): VariableField<readonly T[]> {
  const { size: unit } = layout
  if (unit === undefined) throw new TypeError(`${layout.label} has no constant size`)
  return {
    kind: 'rest',
    sizeMin: 0,
    sizeMax: Number.MAX_SAFE_INTEGER,
    unit,
    sizeOf: (items) => items.length * unit,
    read(buf, start, end) {
      const items: T[] = []
      for (let offset = start; offset < end; offset += unit) items.push(layout.readAt(buf, offset))
      return items
    },
    write(buf, offset, items) {
      let cursor = offset
      for (const item of items) {
        layout.write(item, buf, cursor)
        cursor += unit
      }
    },
  }
}

/** The length of the field `of`, which comes later: filled in when writing, obeyed and checked when reading. */
export function countOf(of: string, number: FixedField<number> = i64): CountField {
  return { kind: 'count', of, number }
}

function endOfText(buf: Buffer, start: number, end: number): number {
  let stop = start
  while (stop < end && buf[stop] !== 0) stop++
  return stop
}

// A loop over the characters: for the short texts of this protocol it beats a call into the runtime, and it checks
// each character on the way.
function writeText(buf: Buffer, offset: number, value: string, path: string): void {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i)
    if (code === 0 || code > 0xff) {
      throw new RangeError(`${path}: ${JSON.stringify(value)} holds a NUL or a character above U+00FF`)
    }
    buf[offset + i] = code
  }
}

function outOfRange(path: string, value: number): RangeError {
  return new RangeError(`${path}: ${value} does not fit`)
}
