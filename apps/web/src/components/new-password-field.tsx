'use client'

import { useTranslations } from 'next-intl'
import { cn } from './class-names.ts'
import { PasswordField } from './password-field.tsx'
import { passwordStrength } from './password-strength.ts'
import { useEarlyValue } from './use-early-value.ts'

type NewPasswordFieldProps = {
  label: string
  value: string
  onChange: (password: string) => void
  error?: string | undefined
  compact?: boolean
}

/** A password that is being chosen, and how hard it is to guess. */
export function NewPasswordField({ label, value, onChange, error, compact = false }: NewPasswordFieldProps) {
  const field = useEarlyValue<HTMLInputElement>(value, onChange)
  return (
    <PasswordField
      ref={field}
      label={label}
      name="password"
      autoComplete="new-password"
      value={value}
      onChange={(event) => onChange(event.target.value)}
      error={error}
      compact={compact}
      hint={<Strength password={value} />}
    />
  )
}

const strengthWords = ['passwordHint', 'strengthWeak', 'strengthFair', 'strengthGood', 'strengthStrong'] as const
const strengthColours = ['', 'bg-danger', 'bg-warn-fill', 'bg-ok', 'bg-ok'] as const

function Strength({ password }: { password: string }) {
  const t = useTranslations('auth')
  const strength = passwordStrength(password)
  const words = password.length > 0 && password.length < 8 ? t('passwordHint') : t(strengthWords[strength])
  return (
    <span className="flex items-center gap-2">
      <span aria-hidden="true" className="flex gap-[3px]">
        {[1, 2, 3, 4].map((step) => (
          <i
            key={step}
            className={cn('h-1 w-7 rounded-full', step <= strength ? strengthColours[strength] : 'bg-line-2')}
          />
        ))}
      </span>
      {words}
    </span>
  )
}
