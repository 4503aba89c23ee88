/** Hears how publishing ended: with an error, or with the logic name of the file. */
export type Published = (error: Error | undefined, logicName: string) => void

/** A body that has arrived, and how it becomes a file. */
export interface Placed {
  publish(done: Published): void
  /** Takes everything back. */
  forget(): void
}

/** A body that becomes a file of the logic name that `place` resolves with when it is to be published. */
export function publishedBy(place: () => Promise<string>): Placed {
  return {
    publish(done) {
      place().then(
        (logicName) => done(undefined, logicName),
        (error: unknown) => done(error instanceof Error ? error : new Error(String(error)), ''),
      )
    },
    forget: () => undefined,
  }
}

/** A body that becomes a file when it is to be published: on a slow disk, where that takes its time. */
export function placedLater(place: () => Promise<Placed>): Placed {
  return {
    publish(done) {
      place().then(
        (placed) => placed.publish(done),
        (error: unknown) => done(error instanceof Error ? error : new Error(String(error)), ''),
      )
    },
    forget: () => undefined,
  }
}
