import { expect, test } from 'vitest'
import { BreakCauses } from './break-causes.ts'
import type { renewal } from './ticket-renewal.ts'
import { jobOf } from './upload-job.ts'

type Renewal = Awaited<ReturnType<typeof renewal>>

function jobAt(storageName: string) {
  const job = jobOf({ file: new File(['x'], 'x.txt'), path: '' }, { folderId: 'root', label: 'My drive' })
  const place = { endpoint: '', uploadUrl: '', ticket: '', ticketExpiresAt: '', storageName, receivedAt: 0 }
  return Object.assign(job, { place })
}

/** Answers each question when the test says so. */
function questions() {
  const asked: { uploadId: string; answer: (renewal: Renewal) => void }[] = []
  const causes = new BreakCauses((_job, uploadId) => new Promise((answer) => asked.push({ uploadId, answer })))
  return { asked, causes }
}

function renewedAt(storageName: string): Renewal {
  const ticket = { endpoint: '', uploadUrl: '', ticket: 'fresh', ticketExpiresAt: '', storageName }
  return { kind: 'renewed', ticket }
}

test('of files that break together one asks, and what it hears is true for all', async () => {
  for (const kind of ['network', 'storage'] as const) {
    const { asked, causes } = questions()
    const found = ['a', 'b', 'c'].map((id) => causes.find(jobAt('1'), id, 'broken'))
    expect(asked.map(({ uploadId }) => uploadId)).toEqual(['a'])
    asked[0]?.answer({ kind })
    expect(await Promise.all(found)).toEqual([{ kind }, { kind }, { kind }])
  }
})

test('when the server answers, the storage is what is silent, and the other tickets are as good as before', async () => {
  const { asked, causes } = questions()
  const found = ['a', 'b'].map((id) => causes.find(jobAt('1'), id, 'broken'))
  asked[0]?.answer(renewedAt('1'))
  expect(await Promise.all(found)).toEqual([renewedAt('1'), { kind: 'storage' }])
  expect(asked).toHaveLength(1)
})

test('when one goes on at another storage, each of the others asks where it goes on', async () => {
  const { asked, causes } = questions()
  const found = ['a', 'b'].map((id) => causes.find(jobAt('1'), id, 'broken'))
  asked[0]?.answer(renewedAt('2'))
  expect(await found[0]).toEqual(renewedAt('2'))
  await Promise.resolve()
  expect(asked.map(({ uploadId }) => uploadId)).toEqual(['a', 'b'])
  asked[1]?.answer(renewedAt('3'))
  expect(await found[1]).toEqual(renewedAt('3'))
})

test('files of different storages ask for themselves, and so does one that breaks later', async () => {
  const { asked, causes } = questions()
  const found = [causes.find(jobAt('1'), 'a', 'broken'), causes.find(jobAt('2'), 'b', 'broken')]
  expect(asked.map(({ uploadId }) => uploadId)).toEqual(['a', 'b'])
  for (const { answer } of asked) answer({ kind: 'network' })
  await Promise.all(found)
  void causes.find(jobAt('1'), 'c', 'broken')
  expect(asked.map(({ uploadId }) => uploadId)).toEqual(['a', 'b', 'c'])
})

test('where a storage has no room for one file, it is asked for the next one, too', async () => {
  const { asked, causes } = questions()
  const found = ['large', 'small'].map((id) => causes.find(jobAt('1'), id, 'unable'))
  asked[0]?.answer({ kind: 'storage' })
  await expect.poll(() => asked.map(({ uploadId }) => uploadId)).toEqual(['large', 'small'])
  asked[1]?.answer(renewedAt('2'))
  expect(await Promise.all(found)).toEqual([{ kind: 'storage' }, renewedAt('2')])
})
