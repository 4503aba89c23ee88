/** Hears how publishing ended: with an error, or with the logic name of the file. */
export type Published = (error: Error | undefined, logicName: string) => void

/** A body that has arrived, and how it becomes a file. */
export interface Placed {
  publish(done: Published): void
  /** Takes everything back. */
  forget(): void
}
