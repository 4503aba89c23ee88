/** Called once: when a record is written, or with the error. */
export type LogDone = (error?: Error) => void

/** Makes the change that a written record announces, then reports. */
export function afterwards(change: () => void, done: LogDone): LogDone {
  return (error) => {
    let failed = error
    if (failed === undefined) {
      try {
        change()
      } catch (thrown) {
        failed = thrown instanceof Error ? thrown : new Error(String(thrown))
      }
    }
    done(failed)
  }
}

/** Goes on with `next`, or tells `done` the error. */
export function ifWell(done: LogDone, next: () => void): LogDone {
  return (error) => (error === undefined ? next() : done(error))
}
