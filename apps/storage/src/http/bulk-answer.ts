import type { ServerResponse } from 'node:http'

/** What became of one file: its receipt, null while it is being made, or why it was refused. */
export type FileAnswer =
  | { upl: string; receipt: string | null }
  | { upl: string | null; status: number; code: string; message: string }

/**
 * Answers as lines of JSON, in the order in which files came, each as soon as it is known. They are not held back when
 * the client reads slowly: many clients read nothing before they have sent everything, and the lines of a request fit in memory.
 */
export class BulkAnswer {
  readonly #response: ServerResponse
  #written: Promise<void>[] = []
  #count = 0

  constructor(response: ServerResponse) {
    this.#response = response
  }

  /** Lines so far, written or waited for. */
  get count(): number {
    return this.#count
  }

  add(answer: Promise<FileAnswer> | FileAnswer): void {
    const before = this.#written.at(-1)
    this.#written.push(this.#write(before, answer))
    this.#count += 1
  }

  /** Resolves when fewer than so many files are unanswered. */
  async fewerThan(max: number): Promise<void> {
    while (this.#written.length >= max) await this.#written.shift()
  }

  async #write(before: Promise<void> | undefined, answer: Promise<FileAnswer> | FileAnswer): Promise<void> {
    const [line] = await Promise.all([answer, before])
    if (!this.#response.headersSent) {
      this.#response.writeHead(200, { 'Content-Type': 'application/x-ndjson', 'Cache-Control': 'no-store' })
    }
    this.#response.write(`${JSON.stringify(line)}\n`)
  }
}
