import { expect, test } from 'vitest'
import { chosenFiles, pastedFiles, photographed, readDrop } from './dropped-files.ts'

type Tree = { [name: string]: Tree | string }

function entryOf(name: string, content: Tree | string): unknown {
  if (typeof content === 'string') {
    const file = (resolve: (file: File) => void, reject: (error: unknown) => void) =>
      content === 'unreadable' ? reject(new DOMException('gone', 'NotFoundError')) : resolve(new File([content], name))
    return { name, isFile: true, isDirectory: false, file }
  }
  const children = Object.entries(content).map(([childName, child]) => entryOf(childName, child))
  return {
    name,
    isFile: false,
    isDirectory: true,
    createReader: () => ({ readEntries: (resolve: (batch: unknown[]) => void) => resolve(children.splice(0, 2)) }),
  }
}

function read(tree: Tree, onFound: (files: number) => boolean, handles: object = {}) {
  const items = Object.entries(tree).map(([name, content]) => ({
    kind: 'file',
    webkitGetAsEntry: () => entryOf(name, content),
    ...handles,
  }))
  return readDrop({ items, files: [] } as unknown as DataTransfer, onFound)
}

async function drop(tree: Tree) {
  const dropped = await read(tree, () => true)
  if (dropped === null) throw new Error('it was read to its end')
  return dropped
}

test('a dropped folder is read to its last batch and keeps its paths', async () => {
  const { files } = await drop({
    survey: { 'a.txt': '1', 'b.txt': '2', 'c.txt': '3', deep: { 'd.txt': '4' } },
    'e.txt': '5',
  })
  expect(files.map(({ file, path }) => `${path}|${file.name}`)).toEqual([
    'survey|a.txt',
    'survey|b.txt',
    'survey|c.txt',
    'survey/deep|d.txt',
    '|e.txt',
  ])
})

test('folders without anything in them keep their paths, once each', async () => {
  const dropped = await drop({ empty: {}, outer: { inner: {} }, full: { 'a.txt': '1', empty: {} } })
  expect(dropped.emptyFolders).toEqual(['empty', 'outer/inner', 'full/empty'])
  expect(dropped.files).toHaveLength(1)
})

test('one unreadable file does not stop the others', async () => {
  const dropped = await drop({ folder: { 'a.txt': 'unreadable', 'b.txt': '2' } })
  expect(dropped.unreadable).toBe(1)
  expect(dropped.files.map(({ file }) => file.name)).toEqual(['b.txt'])
})

test('a folder whose handle never comes is uploaded without one', async () => {
  const dropped = await read({ folder: { 'a.txt': '1' } }, () => true, {
    getAsFileSystemHandle: () => new Promise(() => undefined),
  })
  expect(dropped?.files.map(({ path, origin }) => [path, origin])).toEqual([['folder', undefined]])
})

test('who reads a drop hears how many files there are, and can end it in the middle of a folder', async () => {
  const tree = { a: { '1': '1', '2': '2', '3': '3', '4': '4', '5': '5' }, b: { '6': '6' } }
  const heard: number[] = []
  const ended = await read(tree, (files) => {
    heard.push(files)
    return files < 4
  })
  expect([ended, heard]).toEqual([null, [2, 4]])
})

test('a chosen folder gives each file the folders above it', () => {
  const file = Object.assign(new File(['x'], 'b.txt'), { webkitRelativePath: 'survey/deep/b.txt' })
  expect(chosenFiles([file])[0]?.path).toBe('survey/deep')
})

test('pasted screenshots are named by the moment, other files keep their names', () => {
  const now = new Date(2026, 10, 21, 14, 3, 22)
  const names = pastedFiles([new File(['x'], 'image.png'), new File(['x'], 'report.pdf')], now).map(
    ({ file }) => file.name,
  )
  expect(names).toEqual(['2026-11-21 14.03.22.png', 'report.pdf'])
})

test('a photo is named by the moment it was taken, whatever the camera called it', async () => {
  const now = new Date(2026, 10, 21, 14, 3, 2)
  const { file, path } = photographed(new File(['light'], 'IMG_0001.JPG', { type: 'image/jpeg' }), now)
  expect([file.name, path, file.type, file.lastModified]).toEqual([
    '2026-11-21 14.03.02.jpg',
    '',
    'image/jpeg',
    now.getTime(),
  ])
  expect(await file.text()).toBe('light')
  expect(photographed(new File([], 'blob'), now).file.name).toBe('2026-11-21 14.03.02.jpg')
})
