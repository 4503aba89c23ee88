import { DriveView } from '../../../features/drive/drive-view.tsx'

export default function SearchPage() {
  return <DriveView />
}
