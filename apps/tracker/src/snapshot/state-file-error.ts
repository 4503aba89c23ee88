/** A state file that cannot be what a tracker wrote. The tracker does not start: nothing is ever re-initialised. */
export class StateFileError extends Error {
  readonly file: string
  /** Counts from 1; 0 means the file as a whole. */
  readonly line: number
  readonly problem: string

  constructor(file: string, line: number, problem: string, options?: ErrorOptions) {
    super(line > 0 ? `${file}:${line}: ${problem}` : `${file}: ${problem}`, options)
    this.name = 'StateFileError'
    this.file = file
    this.line = line
    this.problem = problem
  }
}
