'use client'

import { ProfileSettings } from '../../../../features/account/profile-settings.tsx'
import type { Me } from '../../../../features/auth/schema.ts'
import { SpaceMeter } from '../../../../features/auth/space-used.tsx'
import { useMe } from '../../use-me.ts'

export function Profile({ me }: { me: Me }) {
  const now = useMe(me)
  return <ProfileSettings name={now.name} email={now.email} space={<SpaceMeter quota={now.quota} />} />
}
