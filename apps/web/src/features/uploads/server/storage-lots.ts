/** A question to the trackers takes as long as sending a small file: so many files, or bytes, share one answer. */
const LOT_FILES = 16
const LOT_BYTES = 16 * 1024 * 1024

/** Divides files, in their order, into lots that go to one storage each. A large file is a lot by itself. */
export function storageLots<Item>(items: readonly Item[], sizeOf: (item: Item) => number): Item[][] {
  const lots: Item[][] = []
  let bytes = 0
  for (const item of items) {
    const last = lots.at(-1)
    if (last !== undefined && last.length < LOT_FILES && bytes + sizeOf(item) <= LOT_BYTES) {
      last.push(item)
      bytes += sizeOf(item)
    } else {
      lots.push([item])
      bytes = sizeOf(item)
    }
  }
  return lots
}
