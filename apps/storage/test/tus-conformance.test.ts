import { runConformance } from '@cairn/tus-conformance'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { conformanceTarget } from './http/conformance-target.ts'
import { createWebKeys, newFolder, removeFolder, startWebStorage, type WebStorage } from './http/web-storage.ts'

/** Where a storage does otherwise, and why. */
const BY_DESIGN = [
  // A finished upload is a file, and no longer the uploader's to delete: the web application knows who may.
  'termination/complete-204',
]

let folder: string
let storage: WebStorage

beforeAll(async () => {
  folder = newFolder()
  createWebKeys(folder)
  storage = await startWebStorage({ folder, uploadSizeMax: 10_000_000 })
})

afterAll(async () => {
  await storage.close()
  removeFolder(folder)
})

describe('a storage', { timeout: 120_000 }, () => {
  it('keeps every demand of tus 1.0.0 on servers, but for what it does otherwise by design', async () => {
    const results = await runConformance(conformanceTarget(storage, createWebKeys(folder), folder))
    const others = results.filter(({ outcome }) => outcome !== 'kept')
    expect(
      others
        .map(({ requirement, reason }) => [requirement.id, reason])
        .filter(([id]) => !BY_DESIGN.includes(String(id))),
    ).toEqual([])
    expect(others.map(({ requirement }) => requirement.id)).toEqual(BY_DESIGN)
  })
})
