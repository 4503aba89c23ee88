import { createHash } from 'node:crypto'
import { createSHA256 } from 'hash-wasm'
import { expect, it } from 'vitest'
import { ContentDiffers, verifiedBody } from './verified-body.ts'

const content = Buffer.from('a long walk to the sea')
const facts = { size: content.length, sha256: createHash('sha256').update(content).digest('hex') }

async function through(pieces: readonly Uint8Array[], said = facts): Promise<Buffer> {
  const source = new ReadableStream<Uint8Array>({
    start(out) {
      for (const piece of pieces) out.enqueue(piece)
      out.close()
    },
  })
  const body = source.pipeThrough(verifiedBody(said, await createSHA256(), () => undefined))
  return Buffer.from(await new Response(body).arrayBuffer())
}

it('lets the content through, in whatever pieces it comes', async () => {
  for (let cut = 0; cut <= content.length; cut += 1) {
    expect(await through([content.subarray(0, cut), content.subarray(cut)])).toEqual(content)
  }
})

it('an empty content is one as well', async () => {
  const empty = { size: 0, sha256: createHash('sha256').digest('hex') }
  expect(await through([], empty)).toHaveLength(0)
})

it('fails with one bit turned over, a byte less and a byte more', async () => {
  const turned = Buffer.from(content)
  turned[7] = (turned[7] ?? 0) ^ 1
  await expect(through([turned])).rejects.toThrow(ContentDiffers)
  await expect(through([content.subarray(1)])).rejects.toThrow(ContentDiffers)
  await expect(through([content, Buffer.from('!')])).rejects.toThrow(ContentDiffers)
})
