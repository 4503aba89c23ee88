import { ClosedLink } from '../../../features/shares/visitor/closed-link.tsx'

export default function LinkNotFound() {
  return <ClosedLink />
}
