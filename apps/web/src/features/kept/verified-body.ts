import type { KeptFacts } from '../../lib/kept-file.ts'

/** As hash-wasm makes it. */
interface Sha256 {
  update(bytes: Uint8Array): unknown
  digest(encoding: 'hex'): string
}

/** What came is not what the server said. */
export class ContentDiffers extends Error {
  override readonly name = 'ContentDiffers'
}

/** Lets bytes through as they come; fails at their end unless they are the content, so that nothing else can be kept. */
export function verifiedBody(
  { size, sha256 }: Pick<KeptFacts, 'size' | 'sha256'>,
  hash: Sha256,
  onProgress: (bytes: number) => void,
): TransformStream<Uint8Array, Uint8Array> {
  let bytes = 0
  return new TransformStream({
    transform(piece, out) {
      bytes += piece.length
      if (bytes > size) throw new ContentDiffers(`more than ${size} bytes`)
      hash.update(piece)
      out.enqueue(piece)
      onProgress(bytes)
    },
    flush() {
      const found = hash.digest('hex')
      if (bytes !== size || found !== sha256) throw new ContentDiffers(`${bytes} of ${size} bytes, SHA-256 ${found}`)
    },
  })
}
