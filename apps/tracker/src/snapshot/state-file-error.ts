/** A state file that cannot be what a tracker wrote. The tracker does not start: nothing is ever re-initialised. */
export class StateFileError extends Error {
  /** `line` counts from 1; 0 means the file as a whole. */
  constructor(file: string, line: number, problem: string) {
    super(line > 0 ? `${file}:${line}: ${problem}` : `${file}: ${problem}`)
    this.name = 'StateFileError'
  }
}
