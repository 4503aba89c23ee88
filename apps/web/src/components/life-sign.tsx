'use client'

import { useEffect } from 'react'

/** Says in the document that buttons work now; until then the pointer over them shows that something is on its way. */
export function LifeSign() {
  useEffect(() => {
    document.documentElement.dataset['alive'] = 'true'
  }, [])
  return null
}
