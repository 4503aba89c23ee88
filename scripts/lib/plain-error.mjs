/** Something that a person can put right: shown as its message alone, without a stack. */
export class PlainError extends Error {
  name = 'PlainError'
}

/** Prints an error as one sentence when it is plain, else with its stack. */
export function printError(error) {
  console.error(`\n${error instanceof PlainError ? error.message : (error?.stack ?? error)}`)
}
