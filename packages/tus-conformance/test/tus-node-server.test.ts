import { describe, expect, it } from 'vitest'
import { runConformance } from '../src/index.ts'
import { startTusNodeServer } from './tus-node-server.ts'

describe('@tus/server with its file store', { timeout: 120_000 }, () => {
  it('is told what it does otherwise than tus 1.0.0 says, and nothing else', async () => {
    const { target, close } = await startTusNodeServer()
    const results = await runConformance(target)
    await close()
    const violated = results.filter(({ outcome }) => outcome === 'violated')
    expect(violated.map(({ requirement }) => requirement.id)).toEqual([
      'core/other-version-412',
      'core/other-version-names-own',
      'core/method-override',
      'core/method-override-ignores-own',
      'core/patch-content-type',
    ])
  })
})
