import { processWide } from '../process-wide.ts'

// zxcvbn's score: 0 is guessed within 1,000 tries, 1 within 1,000,000.
const SCORE_GUESSABLE_MAX = 1
const LENGTH_CHECKED_MAX = 72

// Loaded on demand: the lists of common passwords take a second to read, and few requests set a password.
async function loadChecker() {
  const [{ ZxcvbnFactory }, { dictionary, adjacencyGraphs }] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
  ])
  return new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs })
}

/** Whether somebody who knows common passwords and this person's name and address gets there in a million tries. */
export async function isGuessable(password: string, about: readonly string[]): Promise<boolean> {
  const checker = await processWide('password-checker', loadChecker)
  const known = [...about, ...about.flatMap((text) => text.split(/[\s@.]+/)), 'cairn'].filter((word) => word.length > 2)
  return checker.check(password.slice(0, LENGTH_CHECKED_MAX), known).score <= SCORE_GUESSABLE_MAX
}
