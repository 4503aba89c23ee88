import { NAME_LENGTH_MAX, PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN } from '../../lib/account/account-rules.ts'

export type Registration = { name: string; email: string; password: string }
export type RegistrationProblem =
  | { field: 'name'; code: 'nameMissing' | 'nameTooLong' }
  | { field: 'email'; code: 'emailMissing' | 'emailIncomplete' }
  | { field: 'password'; code: 'passwordShort'; missing: number }
  | { field: 'password'; code: 'passwordLong' }

/** What is wrong before the server is asked, at most one problem for each field. */
export function registrationProblems({ name, email, password }: Registration): RegistrationProblem[] {
  const problems: RegistrationProblem[] = []
  if (name.trim() === '') problems.push({ field: 'name', code: 'nameMissing' })
  else if (name.trim().length > NAME_LENGTH_MAX) problems.push({ field: 'name', code: 'nameTooLong' })
  if (email.trim() === '') problems.push({ field: 'email', code: 'emailMissing' })
  else if (!/^[^\s@]+@[^\s@]+\.[^\s@.]+$/.test(email.trim())) problems.push({ field: 'email', code: 'emailIncomplete' })
  const missing = PASSWORD_LENGTH_MIN - password.length
  if (missing > 0) problems.push({ field: 'password', code: 'passwordShort', missing })
  else if (password.length > PASSWORD_LENGTH_MAX) problems.push({ field: 'password', code: 'passwordLong' })
  return problems
}
