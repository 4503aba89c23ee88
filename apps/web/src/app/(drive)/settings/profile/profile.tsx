'use client'

import { ProfileSettings } from '../../../../features/account/profile-settings.tsx'
import type { Me } from '../../../../features/auth/schema.ts'
import { useMe } from '../../use-me.ts'

export function Profile({ me }: { me: Me }) {
  const { name, email, quota } = useMe(me)
  return <ProfileSettings name={name} email={email} quota={quota} />
}
