'use client'

import { useEffect } from 'react'
import { forgetKept } from '../../../lib/kept-file.ts'

/** Whoever is signed out on this device, here or from another one, leaves no kept files on it. */
export function ForgetKept() {
  useEffect(() => {
    void forgetKept()
  }, [])
  return null
}
