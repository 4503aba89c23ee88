import { TagList } from './tag-list.tsx'

export default function TagsPage() {
  return <TagList />
}
