import { ProtocolError } from '../errors.ts'
import { IPV4_FIELD_SIZE, IPV4_QUERY_FIELD_SIZE, IPV6_FIELD_SIZE, IPV6_QUERY_FIELD_SIZE } from '../limits.ts'
import type { FixedField } from './fields.ts'
import { text } from './fields.ts'
import type { Fields, Layout, StructLayout, ValueOf } from './layout.ts'
import { struct } from './layout.ts'

/** Width of the address fields that a cluster uses: the tracker key `response_ip_addr_size` (client protocol §1.4). */
export type AddressWidth = 16 | 46

/** A response whose address fields come in two widths. It encodes narrow and decodes whichever fits. */
export interface AddressLayout<T> extends Layout<T> {
  /** The layout with addresses of exactly this width. */
  forWidth(width: AddressWidth): StructLayout<T>
}

/** The two address fields of one width: query responses drop the closing NUL, lists and file infos keep it. */
export interface AddressFields {
  readonly query: FixedField<string>
  readonly list: FixedField<string>
}

const narrowFields: AddressFields = { query: text(IPV4_QUERY_FIELD_SIZE), list: text(IPV4_FIELD_SIZE) }
const wideFields: AddressFields = { query: text(IPV6_QUERY_FIELD_SIZE), list: text(IPV6_FIELD_SIZE) }

/**
 * A layout in both address widths. Decoding goes by the length of the body, narrow first, as the C client does
 * (client protocol §3.1, §3.2, §3.4); a length that fits neither is a ProtocolError.
 */
export function withAddressWidths<const F extends Fields>(
  label: string,
  fields: (address: AddressFields) => F,
): AddressLayout<ValueOf<F>> {
  const narrow = struct(label, fields(narrowFields))
  const wide = struct(label, fields(wideFields))
  return {
    ...narrow,
    size: undefined,
    decode(buf) {
      if (narrow.fits(buf.length)) return narrow.decode(buf)
      if (wide.fits(buf.length)) return wide.decode(buf)
      throw new ProtocolError(`${label}: ${buf.length} bytes fit neither address width`)
    },
    fits: (length) => narrow.fits(length) || wide.fits(length),
    forWidth: (width) => (width === 16 ? narrow : wide),
  }
}

/** A body that is empty, read as null, or one of `layout`. */
export function optional<T>(layout: Layout<T>): Layout<T | null> {
  return {
    ...layout,
    size: undefined,
    sizeOf: (value) => (value === null ? 0 : layout.sizeOf(value)),
    write(value, buf, offset) {
      if (value !== null) layout.write(value, buf, offset)
    },
    encode: (value) => (value === null ? Buffer.alloc(0) : layout.encode(value)),
    decode: (buf) => (buf.length === 0 ? null : layout.decode(buf)),
    fits: (length) => length === 0 || layout.fits(length),
  }
}

/** Also decodes the body that servers or clients before the present version send, told apart by its length. */
export function alsoAccept<T, O>(current: Layout<T>, older: Layout<O>, upgrade: (value: O) => T): Layout<T> {
  return {
    ...current,
    size: undefined,
    decode(buf) {
      if (current.fits(buf.length) || !older.fits(buf.length)) return current.decode(buf)
      return upgrade(older.decode(buf))
    },
    fits: (length) => current.fits(length) || older.fits(length),
  }
}

/** Decodes the front of the body and ignores bytes behind it, where FastDFS does. */
export function ignoringTail<T>(layout: StructLayout<T>): Layout<T> {
  return {
    ...layout,
    size: undefined,
    decode: (buf) => layout.decodeHead(buf).value,
    fits: (length) => length >= layout.sizeMin,
  }
}
