import {
  AudioLines,
  BookOpenText,
  Clapperboard,
  CodeXml,
  File,
  FileText,
  Image,
  type LucideIcon,
  Package,
  Presentation,
  Table2,
  TextAlignStart,
  Type,
} from 'lucide-react'
import type { CSSProperties } from 'react'
import { cn } from './class-names.ts'
import { categoryByName, type FileCategory, type FileGlyph, glyphOf } from './file-kind.ts'
import { FolderDrawing } from './folder-drawing.tsx'

const glyphs: Record<FileGlyph, LucideIcon> = {
  image: Image,
  video: Clapperboard,
  audio: AudioLines,
  document: FileText,
  archive: Package,
  other: File,
  book: BookOpenText,
  sheet: Table2,
  slides: Presentation,
  markdown: TextAlignStart,
  code: CodeXml,
  font: Type,
}

const forms = {
  row: { box: 'size-[26px] rounded-tile', glyph: 16, stroke: 1.9, folder: 26 },
  phone: { box: 'size-10 rounded-button', glyph: 21, stroke: 1.9, folder: 34 },
  grid: { box: 'size-[52px] rounded-card', glyph: 26, stroke: 1.6, folder: 34 },
} as const

type FileTileProps = {
  name: string
  kind: 'folder' | 'file'
  /** Null while only the name is known. */
  category: FileCategory | null
  form?: keyof typeof forms
}

/** The glyph of a file's category on the same colour, or the folder drawing in a box of the same size. */
export function FileTile({ name, kind, category, form = 'row' }: FileTileProps) {
  const { box, glyph, stroke, folder } = forms[form]
  if (kind === 'folder') {
    return (
      <span className={cn('grid shrink-0 place-items-center', box)}>
        <FolderDrawing size={folder} />
      </span>
    )
  }
  const known = category ?? categoryByName(name)
  const Glyph = glyphs[glyphOf(name, known)]
  const colour: CSSProperties = {
    color: `var(--category-${known})`,
    backgroundColor: `color-mix(in oklab, var(--category-${known}) var(--tint), transparent)`,
  }
  return (
    <span className={cn('grid shrink-0 place-items-center', box)} style={colour}>
      <Glyph size={glyph} strokeWidth={stroke} aria-hidden="true" />
    </span>
  )
}
