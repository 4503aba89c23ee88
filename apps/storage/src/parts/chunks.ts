/** The first `size` bytes of some chunks, and the rest. */
export function splitChunks(chunks: readonly Buffer[], size: number): [Buffer[], Buffer[]] {
  const taken: Buffer[] = []
  const rest: Buffer[] = []
  let left = size
  for (const chunk of chunks) {
    const part = chunk.subarray(0, left)
    if (part.length > 0) taken.push(part)
    if (part.length < chunk.length) rest.push(chunk.subarray(part.length))
    left -= part.length
  }
  return [taken, rest]
}
