import type { ChosenFile, Job } from './upload-job.ts'
import type { FileSource, UploadMemory } from './upload-memory.ts'

/** Keeps each dropped file or folder once, however many uploads come from it. */
export class SourceNumbers {
  readonly #memory: UploadMemory
  readonly #numbers = new Map<FileSource, Promise<number | null>>()

  constructor(memory: UploadMemory) {
    this.#memory = memory
  }

  /** Remembers uploads with their sources. What was stored meanwhile needs no memory. */
  async remember(jobs: readonly Job[], chosen: readonly ChosenFile[], isOpen: (id: string) => boolean): Promise<void> {
    for (const [index, job] of jobs.entries()) job.source = await this.#numberOf(chosen[index]?.origin)
    await this.#memory.remember(jobs.filter(({ id }) => isOpen(id)))
  }

  async #numberOf(source: FileSource | undefined): Promise<number | null> {
    if (source === undefined) return null
    const number = this.#numbers.get(source) ?? this.#memory.keepSource(source)
    this.#numbers.set(source, number)
    return await number
  }
}
