import type { ChosenFile } from './upload-job.ts'

/** As the drive lists names. */
const names = new Intl.Collator('zh-CN-u-co-pinyin', { numeric: true, sensitivity: 'base' })

/** In the order in which the drive will list them, folder by folder: browsers give them as the disk has them. */
export function inOrder(files: readonly ChosenFile[]): ChosenFile[] {
  const folders = new Map<string, ChosenFile[]>()
  for (const each of files) {
    const folder = folders.get(each.path)
    if (folder === undefined) folders.set(each.path, [each])
    else folder.push(each)
  }
  return [...folders]
    .map(([path, inFolder]) => ({ steps: path.split('/'), inFolder }))
    .toSorted((a, b) => compareSteps(a.steps, b.steps))
    .flatMap(({ inFolder }) => inFolder.toSorted((a, b) => names.compare(a.file.name, b.file.name)))
}

function compareSteps(a: readonly string[], b: readonly string[]): number {
  const at = a.findIndex((step, depth) => step !== b[depth])
  return at < 0 ? a.length - b.length : names.compare(a[at] ?? '', b[at] ?? '')
}
