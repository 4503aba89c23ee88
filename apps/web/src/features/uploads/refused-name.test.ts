import { expect, test } from 'vitest'
import { nameProblem } from '../../lib/entries/name-problem.ts'
import { matchFiles } from './lost-files.ts'
import { type RefusedName, refusedName, renameUploads, suggestedName } from './refused-name.ts'
import { isFileOf } from './same-file.ts'
import { type Job, jobOf } from './upload-job.ts'

const file = (name: string) => new File(['1'], name, { lastModified: 1 })
const job = (name: string, path = '', folderId = 'root') =>
  jobOf({ file: file(name), path }, { folderId, label: 'Drive' })
const mapOf = (...jobs: Job[]) => new Map(jobs.map((each) => [each.id, each]))
const suggested = (name: string, at: RefusedName['at'] = null) => suggestedName({ name, at })

test('what cannot be is said of the file first, then of the first folder of its path', () => {
  expect(refusedName({ name: 'a.txt', path: 'b//c' })).toBeNull()
  expect(refusedName({ name: 'a\u0007.txt', path: 'x\u202e' })).toEqual({ name: 'a\u0007.txt', at: null })
  expect(refusedName({ name: 'a.txt', path: 'ok/x\u202e/y\u202e' })).toEqual({ name: 'x\u202e', at: 1 })
})

test('the suggestion is the name without what cannot be, and keeps its extension', () => {
  expect(suggested('invoice\u202efdp.exe')).toBe('invoicefdp.exe')
  expect(suggested('two\nlines.txt')).toBe('two lines.txt')
  expect(suggested('\ud800half.txt')).toBe('half.txt')
  const long = suggested(`${'潮'.repeat(100)}.tar.gz`) ?? ''
  expect(long).toBe(`${'潮'.repeat(82)}.tar.gz`)
  expect(nameProblem(long)).toBeNull()
  // A family is one character to people, and 25 bytes.
  expect(suggested('👨‍👩‍👧‍👦'.repeat(11))).toBe('👨‍👩‍👧‍👦'.repeat(10))
  expect(suggested(`${'x'.repeat(300)}.d`, 0)).toBe('x'.repeat(255))
})

test('of a name of which nothing is left there is no suggestion', () => {
  expect(suggested('\u202e\u0007')).toBeNull()
  expect(suggested('..')).toBeNull()
})

test('a renamed file is found again by what it is called on the disk', () => {
  const renamed = job('a\u0007.txt')
  expect(renameUploads(mapOf(renamed, job('b\u0007.txt')), renamed.id, 'a.txt')).toEqual([renamed.id])
  expect(renamed).toMatchObject({ name: 'a.txt', onDisk: { name: 'a\u0007.txt', path: '' } })
  expect(isFileOf(renamed, file('a\u0007.txt'))).toBe(true)
  expect(matchFiles([renamed], [file('a.txt'), file('a\u0007.txt')], null).same).toHaveLength(1)
  // Refused once more, perhaps by the server alone, and renamed again.
  renamed.name = 'b\u0007.txt'
  renameUploads(mapOf(renamed), renamed.id, 'b.txt')
  expect(renamed).toMatchObject({ name: 'b.txt', onDisk: { name: 'a\u0007.txt' } })
})

test('with a folder all is renamed that came in it and is not begun, and nothing else', () => {
  const bad = 'x\u202e'
  const [a, b, other, elsewhere] = [
    job('a', `top/${bad}`),
    job('b', `top/${bad}/deep`),
    job('c', bad),
    job('d', `top/${bad}`, 'f'),
  ]
  const begun = { ...job('e', `top/${bad}`), uploadId: 'u1' }
  expect(renameUploads(mapOf(a, b, other, elsewhere, begun), a.id, 'x')).toEqual([a.id, b.id])
  expect(a).toMatchObject({ path: 'top/x', folderLabel: 'Drive / top / x', onDisk: { name: 'a', path: `top/${bad}` } })
  expect(b).toMatchObject({ path: 'top/x/deep', folderLabel: 'Drive / top / x / deep' })
  for (const each of [other, elsewhere, begun]) expect(each.path).toContain(bad)
})
