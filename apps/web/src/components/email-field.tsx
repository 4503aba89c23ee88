import type { ComponentProps } from 'react'
import { Field } from './field.tsx'

type EmailFieldProps = Omit<ComponentProps<typeof Field>, 'type' | 'autoCapitalize' | 'spellCheck'>

/** An address, typed as it is: phones leave its first letter small and do not correct it. */
export function EmailField({ name = 'email', autoComplete = 'username', ...field }: EmailFieldProps) {
  return (
    <Field {...field} name={name} autoComplete={autoComplete} type="email" autoCapitalize="none" spellCheck={false} />
  )
}
