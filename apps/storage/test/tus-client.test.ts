import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { Upload } from 'tus-js-client'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { bundleChild, type ChildStorage, startChild } from './http/child-process.ts'
import { type CuttingProxy, startCuttingProxy } from './http/cutting-proxy.ts'
import { receiptOf, tusCalls } from './http/http-call.ts'
import { createWebKeys, newFolder, newUploadId, removeFolder, sha256, type WebKeys } from './http/web-storage.ts'

const MIB = 1024 * 1024
const LOST_PER_CUT_MAX = 10 * MIB

let bundle: { folder: string; path: string }
let folder: string
let web: WebKeys
let storage: ChildStorage

beforeAll(async () => {
  bundle = await bundleChild()
})

afterAll(() => removeFolder(bundle.folder))

beforeEach(async () => {
  folder = newFolder()
  web = createWebKeys(folder)
  storage = await startChild(bundle.path, folder)
})

afterEach(async () => {
  await storage.kill()
  removeFolder(folder)
})

/** Uploads as the page does; gives the receipt, which is asked for when it does not come with the last answer. */
async function uploadByTus(port: number, content: Buffer, options: object = {}): Promise<string> {
  const upl = newUploadId()
  const ticket = web.upload({ upl, len: content.length })
  const receipt = await new Promise<string | undefined>((resolve, reject) => {
    new Upload(content, {
      endpoint: `http://127.0.0.1:${port}/files/`,
      headers: { Authorization: `Bearer ${ticket}` },
      retryDelays: [0, 50, 100, 200, 500],
      onSuccess: ({ lastResponse }) => resolve(lastResponse.getHeader('Cairn-Receipt')),
      onError: reject,
      ...options,
    }).start()
  })
  return receipt ?? receiptOf(tusCalls(storage.port, upl, ticket))
}

describe('tus-js-client', () => {
  it('resumes 64 MB over connections that break, and sends little twice', async () => {
    const content = randomBytes(64 * MIB)
    const proxy: CuttingProxy = await startCuttingProxy(storage.port, [11 * MIB, 3, 17 * MIB, 23 * MIB])
    const receipt = web.receipt(await uploadByTus(proxy.port, content))
    expect(receipt).toMatchObject({ size: content.length, sha256: sha256(content) })
    expect(proxy.cuts).toBe(4)
    // At each cut what is in the buffers of the connections is lost, the more the busier the machine is; all that came before is not.
    expect(proxy.received).toBeLessThan(content.length + 4 * LOST_PER_CUT_MAX)
    await proxy.close()
  })

  it.each([
    ['in chunks of 1 MiB', { chunkSize: MIB }],
    ['with its creation', { uploadDataDuringCreation: true }],
    ['with its creation, in chunks', { uploadDataDuringCreation: true, chunkSize: MIB }],
  ])('uploads %s', async (_name, options) => {
    const content = randomBytes(5 * MIB + 7)
    expect(web.receipt(await uploadByTus(storage.port, content, options)).sha256).toBe(sha256(content))
  })
})

describe('memory', () => {
  it('stays flat while 256 MB come in and go out', async () => {
    const content = randomBytes(256 * MIB)
    await uploadByTus(storage.port, content.subarray(0, MIB))
    const idle = await storage.rss()
    const rss: number[] = []
    const sample = async () => rss.push(await storage.rss())
    const receipt = web.receipt(await whileSampling(() => uploadByTus(storage.port, content), sample))
    expect(receipt.sha256).toBe(sha256(content))
    const download = () => downloadSha256(receipt.fid, content.length)
    expect(await whileSampling(download, sample)).toBe(receipt.sha256)
    expect(rss.length).toBeGreaterThan(4)
    expect((Math.max(...rss) - idle) / MIB).toBeLessThan(64)
  })
})

async function whileSampling<T>(work: () => Promise<T>, sample: () => Promise<unknown>): Promise<T> {
  let isDone = false
  const working = work().finally(() => {
    isDone = true
  })
  while (!isDone) await sample()
  return working
}

async function downloadSha256(fid: string, size: number): Promise<string> {
  const t = web.download({ fid, sz: size })
  const request = httpRequest({ host: '127.0.0.1', port: storage.port, path: `/${fid}?t=${t}`, agent: false }).end()
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  const hash = createHash('sha256')
  for await (const chunk of response) hash.update(chunk)
  return hash.digest('hex')
}
