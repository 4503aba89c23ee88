import { notFound } from 'next/navigation'
import { DriveView } from '../../../../features/drive/drive-view.tsx'
import { placeOfPath } from '../../../../features/drive/place.ts'

export default async function CategoryPage({ params }: { params: Promise<{ category: string }> }) {
  const { category } = await params
  if (placeOfPath(`/category/${category}`) === null) notFound()
  return <DriveView />
}
