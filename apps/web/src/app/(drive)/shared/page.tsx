import { SharesView } from '../../../features/shares/shares-view.tsx'

export default function SharedPage() {
  return <SharesView />
}
