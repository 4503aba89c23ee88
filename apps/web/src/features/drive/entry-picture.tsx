import { cn } from '../../components/class-names.ts'
import { FileTile } from '../../components/file-tile.tsx'
import { Thumbnail } from '../../components/thumbnail.tsx'
import type { EntryItem } from './schema.ts'

type EntryPictureProps = { item: EntryItem; thumbnail: string | undefined; phone: boolean }

/** What stands before a name: the tile of its kind, or a picture of the file over it. */
export function EntryPicture({ item, thumbnail, phone }: EntryPictureProps) {
  return (
    <span className={cn('relative shrink-0 overflow-hidden', phone ? 'rounded-button' : 'rounded-tile')}>
      <FileTile name={item.name} kind={item.kind} category={item.category} form={phone ? 'phone' : 'row'} />
      {thumbnail === undefined ? null : <Thumbnail key={thumbnail} url={thumbnail} />}
    </span>
  )
}
