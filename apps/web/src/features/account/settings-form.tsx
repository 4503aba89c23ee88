import type { ReactNode } from 'react'
import { Button } from '../../components/button.tsx'
import { Form } from '../../components/form.tsx'
import { FormError } from './form-error.tsx'
import type { useSubmit } from './use-submit.ts'

type SettingsFormProps = {
  of: ReturnType<typeof useSubmit>
  /** The words of its button. */
  action: string
  children: ReactNode
}

/** Fields of a settings page, what was refused as a whole, and the one button. */
export function SettingsForm({ of: { errors, busy, onSubmit }, action, children }: SettingsFormProps) {
  return (
    <Form onSubmit={onSubmit} className="flex max-w-[380px] flex-col gap-3">
      {children}
      <FormError text={errors['form']} />
      <Button type="submit" className="self-start" disabled={busy}>
        {action}
      </Button>
    </Form>
  )
}
