import { beforeEach, expect, test, vi } from 'vitest'
import type { UnfinishedUpload } from './upload-job.ts'

const noted = (name: string, uploadId: string | null = null, size = 10) => ({ tab: 'before', uploadId, name, size })
const begun = (uploadId: string, name: string, change: Partial<UnfinishedUpload> = {}) =>
  ({ uploadId, name, size: 10, sent: 0, device: 'here.before', ...change }) as UnfinishedUpload

beforeEach(() => {
  vi.stubGlobal('localStorage', { getItem: () => 'here', setItem: () => undefined })
})

test('of a page that was left, what it had not heard of is given up, each file once', async () => {
  const { straysOf } = await import('./stray-uploads.ts')
  const left = [noted('a'), noted('a'), noted('b'), noted('c', 'known')]
  const open = [begun('1', 'a'), begun('2', 'a'), begun('3', 'a'), begun('4', 'b'), begun('known', 'c')]
  expect(straysOf(left, open)).toEqual(['1', '2', '4'])
})

test('nothing is given up that was sent, is noted, is of another page or device, or whose file is not noted', async () => {
  const { straysOf } = await import('./stray-uploads.ts')
  const kept = [
    begun('1', 'a', { sent: 1 }),
    begun('2', 'a', { sent: null }),
    begun('3', 'a', { device: 'here.other' }),
    begun('4', 'a', { device: 'there.before' }),
    begun('5', 'a', { device: null }),
    begun('6', 'a', { size: 11 }),
    begun('7', 'b'),
    begun('8', 'a'),
  ]
  expect(straysOf([noted('a'), noted('b', '8'), noted('c', '9')], kept)).toEqual([])
})
