export interface ArchiveEntry {
  /** As the archive says it; only ever shown. */
  path: string
  size: number
  isFolder: boolean
}

/** A line of the tree. `id` is unique; `odd`: the name tries to be a path somewhere else, and is shown whole. */
export interface ArchiveNode {
  id: number
  name: string
  size: number
  isFolder: boolean
  odd: boolean
  children: ArchiveNode[]
}

export const ENTRIES_MAX = 100_000
const DEPTH_MAX = 64
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what makes a name odd.
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/

/** Whether a name would leave the place where it is unpacked, or hides what it is. */
function isOdd(path: string): boolean {
  if (path === '' || path.startsWith('/') || path.includes('\\') || /^[A-Za-z]:/.test(path) || CONTROL.test(path))
    return true
  const parts = path.replace(/\/$/, '').split('/')
  return parts.length > DEPTH_MAX || parts.some((part) => part === '' || part === '.' || part === '..')
}

/** Control characters are shown as their pictures: U+0000 as ␀. */
export function shownName(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: see above.
  return name.replace(/[\u0000-\u001f\u007f]/g, (char) => {
    const code = char.charCodeAt(0)
    return String.fromCharCode(code === 0x7f ? 0x2421 : 0x2400 + code)
  })
}

/** The tree of an archive's entries. Nothing of a name is ever taken for a path: an odd one is a leaf at the top. */
export function archiveTree(entries: readonly ArchiveEntry[]): ArchiveNode[] {
  const top: ArchiveNode = { id: 0, name: '', size: 0, isFolder: true, odd: false, children: [] }
  // By name in each folder. A Map, because a name may be "__proto__".
  const folders = new Map<ArchiveNode, Map<string, ArchiveNode>>()
  let nextId = 1
  const add = (parent: ArchiveNode, node: Omit<ArchiveNode, 'id' | 'children'>): ArchiveNode => {
    const child = { ...node, id: nextId, children: [] }
    nextId += 1
    parent.children.push(child)
    return child
  }
  const folderIn = (parent: ArchiveNode, name: string): ArchiveNode => {
    const known = folders.get(parent) ?? new Map<string, ArchiveNode>()
    folders.set(parent, known)
    const folder = known.get(name) ?? add(parent, { name, size: 0, isFolder: true, odd: false })
    known.set(name, folder)
    return folder
  }
  for (const { path, size, isFolder } of entries) {
    if (isOdd(path)) {
      add(top, { name: path, size, isFolder, odd: true })
      continue
    }
    const parts = path.replace(/\/$/, '').split('/')
    const last = parts.pop() ?? ''
    const parent = parts.reduce(folderIn, top)
    if (isFolder) folderIn(parent, last)
    else add(parent, { name: last, size, isFolder: false, odd: false })
  }
  return top.children
}

export interface ArchiveLine {
  node: ArchiveNode
  depth: number
}

/** The lines that are to be seen: folders before files, each by name, what lies in open folders below them. */
export function visibleLines(nodes: readonly ArchiveNode[], open: ReadonlySet<number>): ArchiveLine[] {
  const collator = new Intl.Collator('zh-CN-u-co-pinyin', { numeric: true })
  const lines: ArchiveLine[] = []
  const walk = (level: readonly ArchiveNode[], depth: number) => {
    const sorted = level.toSorted((a, b) => Number(b.isFolder) - Number(a.isFolder) || collator.compare(a.name, b.name))
    for (const node of sorted) {
      lines.push({ node, depth })
      if (open.has(node.id)) walk(node.children, depth + 1)
    }
  }
  walk(nodes, 0)
  return lines
}
