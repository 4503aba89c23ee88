import { ApiError } from '../api-error.ts'
import { isGuessable } from './guessable-password.ts'

/** Throws password_common for one of the first that a guesser tries; `about` is what a guesser knows of the person. */
export async function refuseGuessable(password: string, about: readonly string[], field: string): Promise<void> {
  if (!(await isGuessable(password, about))) return
  throw new ApiError('password_common', 'This password is among the first that are guessed. Choose another.', { field })
}
