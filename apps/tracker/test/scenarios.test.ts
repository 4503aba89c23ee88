import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { runCases } from './scenario/datadriven.ts'
import { World } from './scenario/world.ts'

const folder = fileURLToPath(new URL('../testdata/scenarios/', import.meta.url))

describe('the cluster does what its scenarios say', () => {
  for (const name of readdirSync(folder)) {
    it(name.replace(/\.txt$/, '').replaceAll('-', ' '), () => {
      const world = new World()
      const results = runCases(folder + name, (testCase) => world.run(testCase))
      expect(results.length).toBeGreaterThan(0)
      const show = (key: 'got' | 'want') =>
        results.map((result) => `${name}:${result.line}\n${result[key]}`).join('\n\n')
      expect(show('got')).toBe(show('want'))
    })
  }
})
