'use client'

import { type FormEvent, useState } from 'react'
import { useRefusal } from './use-refusal.ts'

export type Errors = Record<string, string | undefined>

/** A form that is sent once at a time, and shows what was refused at the field that it is about. */
export function useSubmit(send: (fields: FormData, form: HTMLFormElement) => Promise<Errors | undefined>) {
  const refusal = useRefusal()
  const [errors, setErrors] = useState<Errors>({})
  const [busy, setBusy] = useState(false)
  const run = async (form: HTMLFormElement) => {
    setBusy(true)
    try {
      setErrors((await send(new FormData(form), form)) ?? {})
    } catch (error) {
      const { field, text } = refusal(error)
      setErrors({ [field]: text })
    }
    setBusy(false)
  }
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    void run(event.currentTarget)
  }
  return { errors, busy, onSubmit }
}
