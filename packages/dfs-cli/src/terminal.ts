/** Where a tool writes. Texts come with their line ends. */
export interface Terminal {
  out(text: string): void
  err(text: string): void
  /** Where progress is shown; undefined when nobody looks. */
  readonly progressStream: NodeJS.WritableStream | undefined
  /** Ends when the person wants the tool to stop. */
  readonly signal: AbortSignal
}
