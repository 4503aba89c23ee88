import { expect, test } from 'vitest'
import { fileFrom, isReadable } from './file-source.ts'

// Handles are the browser's: these behave as Chromium's do.
type Tree = { [name: string]: Tree | File }

function folder(tree: Tree): FileSystemDirectoryHandle {
  const child = (name: string) => {
    const found = tree[name]
    if (found === undefined) throw new DOMException(`no ${name}`, 'NotFoundError')
    return found
  }
  return {
    kind: 'directory',
    getDirectoryHandle: async (name: string) => folder(child(name) as Tree),
    getFileHandle: async (name: string) => ({ kind: 'file', getFile: async () => child(name) }),
  } as unknown as FileSystemDirectoryHandle
}

function asking(before: PermissionState, after: PermissionState) {
  const asked: string[] = []
  const handle = {
    kind: 'file',
    queryPermission: async () => before,
    requestPermission: () => {
      asked.push('asked')
      return Promise.resolve(after)
    },
  } as unknown as FileSystemFileHandle
  return { handle, asked }
}

const deep = new File(['d'], 'd.txt')

test('a file of a dropped folder is found below it', async () => {
  const root = folder({ 'a.txt': new File(['a'], 'a.txt'), deep: { 'd.txt': deep } })
  expect(await fileFrom(root, { path: 'survey/deep', name: 'd.txt' })).toBe(deep)
  expect((await fileFrom(root, { path: 'survey', name: 'a.txt' }))?.name).toBe('a.txt')
})

test('a file that was moved or deleted meanwhile is missing, and no error', async () => {
  const root = folder({ deep: {} })
  expect(await fileFrom(root, { path: 'survey/deep', name: 'd.txt' })).toBeNull()
  expect(await fileFrom(root, { path: 'survey/gone', name: 'd.txt' })).toBeNull()
})

test('a file by a name that the browser opens none by is missing, and no error', async () => {
  const refuses = () => Promise.reject(new TypeError('Name is not allowed.'))
  const root = Object.assign(folder({}), { getFileHandle: refuses })
  expect(await fileFrom(root, { path: 'survey', name: 'trailing.' })).toBeNull()
})

test('the browser asks the person only after a click', async () => {
  const { handle, asked } = asking('prompt', 'granted')
  expect([await isReadable(handle, false), asked.length]).toEqual([false, 0])
  expect([await isReadable(handle, true), asked.length]).toEqual([true, 1])
})

test('what is allowed is not asked for, and what is refused stays closed', async () => {
  const granted = asking('granted', 'granted')
  expect([await isReadable(granted.handle, true), granted.asked.length]).toEqual([true, 0])
  expect(await isReadable(asking('denied', 'granted').handle, false)).toBe(false)
  expect(await isReadable(asking('prompt', 'denied').handle, true)).toBe(false)
})
