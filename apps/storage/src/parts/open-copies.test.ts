import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isErrno } from '../disk/atomic-file.ts'
import { openStorePath, type StorePath } from '../disk/store-path.ts'
import { HashFrontier } from './hash-frontier.ts'
import { OpenCopies } from './open-copies.ts'
import { Part } from './part.ts'

const facts = { len: 10, lenMax: 10, joins: [], metadata: '', concat: '', ext: 'bin', own: 'o', ent: 'e' }
let folder: string
let storePath: StorePath
let copies: OpenCopies
let made: Part[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-copies-'))
  storePath = openStorePath(0, folder, false)
  copies = new OpenCopies()
  made = []
})
afterEach(async () => {
  for (const copy of made) await copy.retire()
  rmSync(folder, { recursive: true })
})

async function newCopy(number: number): Promise<Part> {
  const context = { frontier: new HashFrontier(), sync: null, bootId: 'boot' }
  const upl = number.toString(16).padStart(32, '0')
  const copy = await Part.create(context, storePath, { upl, ep: 1, ...facts, isCopy: true })
  made.push(copy)
  return copy
}

const writeTo = (copy: Part) => copies.whileWritten(copy, () => copy.append([Buffer.from('a')]))

/** The parts that this process has open, by the number of their upload. */
function openNow(): number[] {
  const paths = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`)
    } catch (error) {
      // The one that this list was read from.
      if (isErrno(error, 'ENOENT')) return ''
      throw error
    }
  })
  const names = paths.filter((path) => path.startsWith(folder)).map((path) => path.slice(-37, -5))
  return names.map((name) => Number.parseInt(name, 16)).sort((a, b) => a - b)
}

describe('copies of uploads', () => {
  it('keep the files of the last sixteen open, and of no others', async () => {
    for (let number = 1; number <= 20; number += 1) await writeTo(await newCopy(number))
    expect(openNow()).toEqual(Array.from({ length: 16 }, (_, index) => index + 5))
  })

  it('take more bytes after their file was closed for others', async () => {
    const first = await newCopy(0)
    await writeTo(first)
    for (let number = 1; number <= 20; number += 1) await writeTo(await newCopy(number))
    await writeTo(first)
    expect([first.offset, openNow().includes(0)]).toEqual([2, true])
  })

  it('close their file when they are retired', async () => {
    const copy = await newCopy(1)
    await writeTo(copy)
    await copy.retire()
    expect(openNow()).toEqual([])
  })

  it('leave the file alone of one that went on here and is written by its client', async () => {
    const own = await newCopy(0)
    await writeTo(own)
    own.isCopy = false
    for (let number = 1; number <= 20; number += 1) await writeTo(await newCopy(number))
    await own.append([Buffer.from('b')])
    expect(own.offset).toBe(2)
  })
})
