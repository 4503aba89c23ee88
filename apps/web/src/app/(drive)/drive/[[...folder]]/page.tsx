import { notFound } from 'next/navigation'
import { DriveView } from '../../../../features/drive/drive-view.tsx'

export default async function DrivePage({ params }: { params: Promise<{ folder?: string[] }> }) {
  const { folder = [] } = await params
  if (folder.length > 1) notFound()
  return <DriveView />
}
