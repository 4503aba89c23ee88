import fs from 'node:fs'
import path from 'node:path'

const SIZE_MAX = 10 * 1024 * 1024

/** A log that keeps at most two files of `sizeMax` bytes: `<file>` and the one before it, `<file>.1`. */
export class LogFile {
  #file
  #sizeMax
  #fd
  #size
  #isClosed = false

  constructor(file, { sizeMax = SIZE_MAX } = {}) {
    this.#file = file
    this.#sizeMax = sizeMax
    fs.mkdirSync(path.dirname(file), { recursive: true })
    this.#open()
  }

  #open() {
    this.#fd = fs.openSync(this.#file, 'a', 0o600)
    this.#size = fs.fstatSync(this.#fd).size
  }

  /** Never throws: on a full disk the line is lost, and what runs goes on. */
  write(text) {
    if (this.#isClosed) return
    try {
      if (this.#size >= this.#sizeMax) this.#turn()
      if (this.#fd === undefined) this.#open()
      this.#size += fs.writeSync(this.#fd, text)
    } catch {
      // The next line tries again.
    }
  }

  #turn() {
    this.#release()
    fs.renameSync(this.#file, `${this.#file}.1`)
    this.#size = 0
  }

  #release() {
    if (this.#fd !== undefined) fs.closeSync(this.#fd)
    this.#fd = undefined
  }

  close() {
    this.#isClosed = true
    this.#release()
  }
}
