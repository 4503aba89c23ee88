import type { VariableField } from './fields.ts'
import type { StructLayout } from './layout.ts'

/** A list of structs of different sizes, none of them empty, that fills the rest of the body. */
export function repeatSized<T>(layout: StructLayout<T>): VariableField<readonly T[]> {
  return {
    kind: 'rest',
    sizeMin: 0,
    sizeMax: Number.MAX_SAFE_INTEGER,
    unit: 1,
    sizeOf: (items) => items.reduce((size, item) => size + layout.sizeOf(item), 0),
    read(buf, start, end) {
      const items: T[] = []
      for (let offset = start; offset < end; ) {
        const { value, size } = layout.decodeHead(buf.subarray(offset, end))
        items.push(value)
        offset += size
      }
      return items
    },
    write(buf, offset, items) {
      let cursor = offset
      for (const item of items) {
        layout.write(item, buf, cursor)
        cursor += layout.sizeOf(item)
      }
    },
  }
}
