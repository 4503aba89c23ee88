import type { FileSource, UploadMemory } from './upload-memory.ts'

/** Keeps each dropped file or folder once, however many uploads come from it. */
export class SourceNumbers {
  readonly #memory: UploadMemory
  readonly #numbers = new Map<FileSource, Promise<number | null>>()

  constructor(memory: UploadMemory) {
    this.#memory = memory
  }

  async numberOf(source: FileSource | undefined): Promise<number | null> {
    if (source === undefined) return null
    const number = this.#numbers.get(source) ?? this.#memory.keepSource(source)
    this.#numbers.set(source, number)
    return await number
  }
}
