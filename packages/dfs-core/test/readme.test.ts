import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { content, startCluster, type TestCluster } from '../../../apps/storage/test/cluster.ts'

let cluster: TestCluster
let folder: string
beforeAll(async () => {
  cluster = await startCluster(['100001', '100002'])
  folder = mkdtempSync(path.join(tmpdir(), 'cairn-readme-'))
})
afterAll(async () => {
  await cluster.close()
  rmSync(folder, { recursive: true })
})

it('the example of the README runs as it stands there, on files and trackers that are', async () => {
  await cluster.storages[1]?.stop()
  const { tracker } = cluster.dfs
  await expect.poll(async () => (await tracker.listStorages('group1', '100002'))[0]?.status).toBe(5)
  const movie = content(3_000_000)
  writeFileSync(path.join(folder, 'tide.mp4'), movie)
  writeFileSync(path.join(folder, 'thumbnail.webp'), content(1000, 2))

  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const example = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? ''
  const program = example
    .replace("'@cairn/dfs-core'", JSON.stringify(new URL('../src/index.ts', import.meta.url).href))
    .replace("'192.0.2.1:22122', '192.0.2.2:22122'", `'127.0.0.1:${cluster.tracker.tcpPort}'`)
    .replaceAll(/'((?:tide|copy|thumbnail)\.\w+)'/g, (_, name) => JSON.stringify(path.join(folder, name)))
  expect(program).not.toContain('192.0.2')
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '--eval', program],
    { cwd: import.meta.dirname },
  )
  const lines = stdout.trim().split('\n')
  expect(lines.at(-1)).toMatch(/^group1 \d+$/)
  expect(lines.at(-2)).toBe(String(movie.length))
  expect(readFileSync(path.join(folder, 'copy.mp4')).equals(movie)).toBe(true)
  expect((await tracker.listStorages('group1', '100002'))[0]?.status).toBe(4)
})
