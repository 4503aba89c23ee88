import { ProtocolError } from '../errors.ts'
import type { CountField, FixedField, VariableField } from './fields.ts'

/** The shape of a message body: one description that encodes, decodes and types it. */
export interface Layout<T> {
  /** Names command and direction in errors. */
  readonly label: string
  /** Bytes of the body when they are the same for every value. */
  readonly size: number | undefined
  /** Bytes that `value` takes. */
  sizeOf(value: T): number
  /** Writes `sizeOf(value)` bytes. RangeError when a value does not fit its field. */
  write(value: T, buf: Buffer, offset: number): void
  encode(value: T): Buffer
  /** Takes the whole buffer as the body. ProtocolError when bytes are missing, left over or out of range. */
  decode(buf: Buffer): T
  /** Decodes at `offset` without looking for bytes left over. Only for layouts of constant size, inside bounds. */
  readAt(buf: Buffer, offset: number): T
  /** True when a body of this many bytes can be one of this layout. */
  fits(length: number): boolean
}

/** A layout of fields, which can also stand at the head of a longer, streamed body. */
export interface StructLayout<T> extends Layout<T> {
  /** The least and the most bytes that a value can take; the latter 2^53 − 1 when there is no limit. */
  readonly sizeMin: number
  readonly sizeMax: number
  /** Decodes from the front; bytes behind the struct are allowed. `size` is what the struct took. */
  decodeHead(buf: Buffer): { value: T; size: number }
}

export type Fields = Record<string, FixedField<unknown> | VariableField<unknown> | CountField>

type FieldValue<F> = F extends FixedField<infer T> ? T : F extends VariableField<infer T> ? T : never

/** The value that a struct of these fields encodes and decodes; counts are not in it. */
export type ValueOf<F> = { [K in keyof F as F[K] extends CountField ? never : K]: FieldValue<F[K]> }

interface Slot {
  readonly name: string
  readonly path: string
  readonly field: FixedField<unknown> | VariableField<unknown> | CountField
  /** The slot that holds this field's length, −1 when there is none. */
  readonly counter: number
}

interface Plan {
  readonly label: string
  readonly slots: readonly Slot[]
  /** Bytes of the struct when no field varies. */
  readonly size: number | undefined
  readonly sizeMin: number
  readonly sizeMax: number
  /** Bytes of the fixed fields behind the `rest` field. */
  readonly tailSize: number
  readonly rest: VariableField<unknown> | undefined
  /** Lengths read so far, by slot; scratch space, since decoding is synchronous and structs do not contain themselves. */
  readonly counts: number[]
}

/**
 * A body made of `fields` in their order on the wire. The description is the encoder, the decoder and the type:
 * `struct('QUERY_STORE response', { group: text(16), ip: text(15), port: i64, storePathIndex: u8 })`.
 */
export function struct<const F extends Fields>(label: string, fields: F): StructLayout<ValueOf<F>> {
  const plan = makePlan(label, fields)
  const { size } = plan
  const sizeOf = size === undefined ? (value: ValueOf<F>) => sizeOfSlots(plan, asRecord(value)) : () => size
  const write = (value: ValueOf<F>, buf: Buffer, offset: number) => writeSlots(plan, asRecord(value), buf, offset)
  return {
    label,
    size,
    sizeMin: plan.sizeMin,
    sizeMax: plan.sizeMax,
    sizeOf,
    write,
    encode(value) {
      const buf = Buffer.allocUnsafe(sizeOf(value))
      write(value, buf, 0)
      return buf
    },
    decode(buf) {
      if (size === undefined) return decodeVariable(plan, buf) as ValueOf<F>
      if (buf.length !== size) throw wrongSize(plan, buf.length)
      return readFixed(plan, buf, 0) as ValueOf<F>
    },
    readAt: (buf, offset) => readFixed(plan, buf, offset) as ValueOf<F>,
    decodeHead(buf) {
      const value = readSlots(plan, buf)
      return { value: value as ValueOf<F>, size: sizeOfSlots(plan, value) }
    },
    fits: (length) => fitsPlan(plan, length),
  }
}

function asRecord(value: unknown): Record<string, unknown> {
  return value as Record<string, unknown>
}

function makePlan(label: string, fields: Fields): Plan {
  const names = Object.keys(fields)
  const slots = names.map((name): Slot => {
    const field = fields[name] as Slot['field']
    const counter = names.findIndex((other) => countsField(fields[other], name))
    return { name, path: `${label}.${name}`, field, counter }
  })
  const restAt = slots.findIndex(({ field }) => field.kind === 'rest')
  const rest = restAt < 0 ? undefined : slots[restAt]?.field
  const tail = restAt < 0 ? [] : slots.slice(restAt + 1)
  checkOrder(label, slots, tail)
  const sizes = slots.map(({ field }) => sizeRange(field))
  const sizeMin = sizes.reduce((sum, size) => sum + size.min, 0)
  const sizeMax = Math.min(
    sizes.reduce((sum, size) => sum + size.max, 0),
    Number.MAX_SAFE_INTEGER,
  )
  return {
    label,
    slots,
    size: slots.some(({ field }) => field.kind === 'rest' || field.kind === 'sized') ? undefined : sizeMin,
    sizeMin,
    sizeMax,
    tailSize: tail.reduce((sum, { field }) => sum + sizeRange(field).min, 0),
    rest: rest?.kind === 'rest' ? rest : undefined,
    counts: slots.map(() => 0),
  }
}

function countsField(field: Fields[string] | undefined, name: string): boolean {
  return field?.kind === 'count' && field.of === name
}

// A table that cannot be decoded must not load: this runs once per row, when the module is imported.
function checkOrder(label: string, slots: readonly Slot[], tail: readonly Slot[]): void {
  for (const [index, slot] of slots.entries()) {
    if (slot.counter >= index) throw new TypeError(`${label}.${slot.name}: its length comes behind it`)
    if (slot.field.kind === 'sized' && slot.counter < 0) throw new TypeError(`${label}.${slot.name}: no length`)
    if (slot.field.kind === 'count' && !slots.some(({ name }) => countsField(slot.field as CountField, name))) {
      throw new TypeError(`${label}.${slot.name}: counts no field`)
    }
  }
  if (tail.some(({ field }) => field.kind !== 'fixed')) throw new TypeError(`${label}: two fields without a size`)
}

function sizeRange(field: Slot['field']): { min: number; max: number } {
  if (field.kind === 'fixed') return { min: field.size, max: field.size }
  if (field.kind === 'count') return { min: field.number.size, max: field.number.size }
  return { min: field.sizeMin, max: field.sizeMax }
}

function fitsPlan(plan: Plan, length: number): boolean {
  if (length < plan.sizeMin || length > plan.sizeMax) return false
  return plan.rest === undefined || (length - plan.sizeMin) % plan.rest.unit === 0
}

function sizeOfSlots(plan: Plan, value: Record<string, unknown>): number {
  let size = 0
  for (const { name, field } of plan.slots) {
    if (field.kind === 'fixed') size += field.size
    else if (field.kind === 'count') size += field.number.size
    else size += field.sizeOf(value[name])
  }
  return size
}

function writeSlots(plan: Plan, value: Record<string, unknown>, buf: Buffer, offset: number): void {
  let cursor = offset
  for (const { name, path, field } of plan.slots) {
    if (field.kind === 'fixed') {
      field.write(buf, cursor, value[name], path)
      cursor += field.size
    } else if (field.kind === 'count') {
      field.number.write(buf, cursor, (value[field.of] as { length: number }).length, path)
      cursor += field.number.size
    } else {
      const size = field.sizeOf(value[name])
      if (size < field.sizeMin || size > field.sizeMax) {
        throw new RangeError(`${path}: ${size} bytes, allowed are ${field.sizeMin} to ${field.sizeMax}`)
      }
      field.write(buf, cursor, value[name], path)
      cursor += size
    }
  }
}

function readFixed(plan: Plan, buf: Buffer, offset: number): Record<string, unknown> {
  const value: Record<string, unknown> = {}
  let cursor = offset
  for (const { name, path, field } of plan.slots) {
    if (field.kind !== 'fixed') continue
    value[name] = field.read(buf, cursor, path)
    cursor += field.size
  }
  return value
}

function decodeVariable(plan: Plan, buf: Buffer): Record<string, unknown> {
  const value = readSlots(plan, buf)
  if (plan.rest !== undefined) return value
  const size = sizeOfSlots(plan, value)
  if (size !== buf.length) throw new ProtocolError(`${plan.label}: ${buf.length - size} bytes left over`)
  return value
}

function readSlots(plan: Plan, buf: Buffer): Record<string, unknown> {
  const value: Record<string, unknown> = {}
  let cursor = 0
  for (let i = 0; i < plan.slots.length; i++) {
    const slot = plan.slots[i] as Slot
    const { field, path } = slot
    const end = cursor + sizeInBody(plan, slot, buf.length - cursor)
    if (end > buf.length) throw new ProtocolError(`${path}: the body ends after ${buf.length} bytes`)
    if (field.kind === 'fixed') value[slot.name] = field.read(buf, cursor, path)
    else if (field.kind === 'count') plan.counts[i] = field.number.read(buf, cursor, path)
    else value[slot.name] = readVariable(plan, slot, field, buf.subarray(cursor, end))
    cursor = end
  }
  return value
}

function sizeInBody(plan: Plan, slot: Slot, left: number): number {
  const { field } = slot
  if (field.kind === 'fixed') return field.size
  if (field.kind === 'count') return field.number.size
  const size = field.kind === 'sized' ? (plan.counts[slot.counter] as number) : left - plan.tailSize
  if (size < field.sizeMin || size > field.sizeMax || size % field.unit !== 0) {
    throw new ProtocolError(`${slot.path}: ${size} bytes do not fit this field`)
  }
  return size
}

function readVariable(plan: Plan, slot: Slot, field: VariableField<unknown>, part: Buffer): unknown {
  const value = field.read(part, 0, part.length, slot.path)
  if (slot.counter >= 0 && (value as { length: number }).length !== plan.counts[slot.counter]) {
    throw new ProtocolError(`${slot.path}: another number of items than announced`)
  }
  return value
}

function wrongSize(plan: Plan, length: number): ProtocolError {
  let end = 0
  for (const { path, field } of plan.slots) {
    end += sizeRange(field).min
    if (end > length) return new ProtocolError(`${path}: the body ends after ${length} of ${plan.sizeMin} bytes`)
  }
  return new ProtocolError(`${plan.label}: ${length - plan.sizeMin} bytes left over`)
}
