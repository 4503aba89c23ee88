import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { UploadStore } from './upload-store.ts'

const upload = (id: string) => ({
  id,
  name: `${id}.txt`,
  size: 10,
  lastModified: 0,
  folderId: 'f',
  path: '',
  folderLabel: 'My drive',
})
const ids = (count: number) => Array.from({ length: count }, (_, index) => String(index))

/** A store of so many files, and the moments at which it told its pages of changes. */
function watched(files: number) {
  const store = new UploadStore()
  store.dispatch({ type: 'added', uploads: ids(files).map(upload) })
  store.flush()
  vi.advanceTimersByTime(5_000)
  const told: number[] = []
  const since = Date.now()
  store.subscribe(() => told.push(Date.now() - since))
  return { store, told }
}

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('what happens to uploads', () => {
  it('is shown at once, together with what happens at the same moment', () => {
    const { store, told } = watched(3)
    for (const id of ids(3)) store.dispatch({ type: 'started', id })
    vi.advanceTimersByTime(5_000)
    expect(told).toHaveLength(1)
    expect(told[0]).toBeLessThan(10)
    expect(store.snapshot().counts.uploading).toBe(3)
  })

  it('is shown ten times a second while files are few', () => {
    const { store, told } = watched(3)
    for (let at = 0; at < 1_000; at += 10) {
      store.dispatch({ type: 'started', id: '1' })
      vi.advanceTimersByTime(10)
    }
    expect(told.length).toBeGreaterThan(8)
    expect(told.length).toBeLessThan(12)
  })

  it('is shown once a second while whole lots come and go, and the last of it too', () => {
    const { store, told } = watched(1_000)
    for (const id of ids(1_000)) {
      store.dispatch({ type: 'started', id })
      if (Number(id) % 40 === 39) vi.advanceTimersByTime(200)
    }
    expect(told.length).toBeLessThan(8)
    vi.advanceTimersByTime(1_000)
    expect(store.snapshot().counts.uploading).toBe(1_000)
  })

  it('is shown without waiting when it is asked for', () => {
    const { store, told } = watched(1_000)
    for (const id of ids(500)) store.dispatch({ type: 'started', id })
    vi.advanceTimersByTime(10)
    store.dispatch({ type: 'started', id: '999' })
    store.flush()
    expect(told).toHaveLength(2)
    expect(store.snapshot().counts.uploading).toBe(501)
  })
})
