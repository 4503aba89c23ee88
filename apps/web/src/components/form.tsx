'use client'

import { type ComponentProps, type FormEvent, useEffect, useRef } from 'react'
import { useHydrated } from './use-hydrated.ts'

declare global {
  interface HTMLFormElement {
    /** Set by the script of early forms. */
    sentEarly?: boolean
  }
}

type FormProps = Omit<ComponentProps<'form'>, 'ref' | 'onSubmit'> & {
  onSubmit: (event: FormEvent<HTMLFormElement>) => unknown
}

/** A form of a page that the server renders: sent before the page has come to life, it goes off as soon as it has. */
export function Form({ onSubmit, ...form }: FormProps) {
  const element = useRef<HTMLFormElement>(null)
  const hydrated = useHydrated()
  useEffect(() => {
    // Only now do its fields have told what was typed into them early.
    if (!hydrated || element.current?.sentEarly !== true) return
    element.current.sentEarly = false
    element.current.requestSubmit()
  }, [hydrated])
  return <form ref={element} noValidate onSubmit={(event) => void onSubmit(event)} {...form} />
}
