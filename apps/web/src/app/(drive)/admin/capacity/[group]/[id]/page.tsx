import type { Metadata } from 'next'
import { StoragePage } from '../../../../../../features/admin/storage-page.tsx'

type Props = { params: Promise<{ group: string; id: string }> }

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: decodeURIComponent((await params).id) }
}

export default async function Page({ params }: Props) {
  const { group, id } = await params
  return <StoragePage group={decodeURIComponent(group)} id={decodeURIComponent(id)} />
}
