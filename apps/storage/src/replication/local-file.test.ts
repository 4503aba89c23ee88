import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { ResolvedName } from '../disk/file-store.ts'
import { openStorePath } from '../disk/store-path.ts'
import { openContent } from './local-file.ts'

const SIZE = 300_000

let folder: string
let file: ResolvedName

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-local-file-'))
  const path = join(folder, 'content')
  writeFileSync(path, Buffer.alloc(SIZE, 'content '))
  file = { logicName: 'M00/00/00/content', storePath: openStorePath(0, folder, false), path }
})
afterEach(() => rmSync(folder, { recursive: true }))

const store = { resolve: () => file }

/** How often this process has the file open. */
function openCount(): number {
  return readdirSync('/proc/self/fd').filter((fd) => linkOf(fd) === file.path).length
}

function linkOf(fd: string): string | null {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    // The one that the folder was read through.
    return null
  }
}

async function bytesOf(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of stream) pieces.push(Buffer.from(piece))
  return Buffer.concat(pieces)
}

it('a content that nobody asks for, since its connection was lost before, leaves nothing open', async () => {
  const content = await openContent(store, file)
  expect(content?.size).toBe(SIZE)
  expect(openCount()).toBe(0)
})

it('a part of a large file comes as it is, and the file is closed behind it', async () => {
  const content = await openContent(store, file, { offset: 3, length: SIZE - 3 })
  if (content === null || Buffer.isBuffer(content.body)) throw new Error('a large content is a stream')
  const bytes = await bytesOf(content.body.stream)
  expect(bytes.equals(Buffer.alloc(SIZE, 'content ').subarray(3))).toBe(true)
  expect(openCount()).toBe(0)
})

it('a file that is removed before its first piece fails the stream', async () => {
  const content = await openContent(store, file)
  if (content === null || Buffer.isBuffer(content.body)) throw new Error('a large content is a stream')
  rmSync(file.path)
  await expect(bytesOf(content.body.stream)).rejects.toThrow('M00/00/00/content was removed before it was sent')
})
