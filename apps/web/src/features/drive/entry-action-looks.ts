import {
  Download,
  Eye,
  FileSymlink,
  FolderArchive,
  FolderInput,
  FolderOpen,
  Info,
  Link,
  Pencil,
  ShieldCheck,
  Star,
  Tag,
  Trash2,
} from 'lucide-react'

/** Icon and key of each action. */
export const entryAction = {
  open: { icon: FileSymlink, keys: 'Enter' },
  openFolder: { icon: FolderOpen, keys: 'Enter' },
  preview: { icon: Eye, keys: 'Space' },
  share: { icon: Link, keys: 'S' },
  download: { icon: Download, keys: 'Shift D' },
  zip: { icon: FolderArchive, keys: 'Shift D' },
  rename: { icon: Pencil, keys: 'F2' },
  move: { icon: FolderInput, keys: 'M' },
  favourite: { icon: Star, keys: 'F' },
  tags: { icon: Tag, keys: 'T' },
  details: { icon: Info, keys: 'I' },
  verify: { icon: ShieldCheck },
  trash: { icon: Trash2, keys: 'Del', danger: true },
} as const
