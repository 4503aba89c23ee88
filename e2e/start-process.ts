import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'

const script = path.join(import.meta.dirname, '../scripts/start.mjs')
const RUNNING = 'Cairn is running:'

/** `npm start` as a person runs it, with everything it printed. */
export class StartProcess {
  readonly #child: ChildProcess
  readonly #ended: Promise<number | null>
  output = ''

  constructor(env: Record<string, string>) {
    this.#child = spawn(process.execPath, [script], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk) => {
        this.output += chunk
      })
    }
    this.#ended = once(this.#child, 'close').then(([code]) => code)
  }

  /** Resolves when the address has been printed. */
  async running(): Promise<void> {
    const printed = new Promise<void>((resolve) => {
      this.#child.stdout?.on('data', () => {
        if (this.output.includes(RUNNING)) resolve()
      })
    })
    const ended = this.#ended.then((code) => {
      throw new Error(`npm start ended with ${code}:\n${this.output}`)
    })
    await Promise.race([printed, ended])
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name)
  }

  /** The exit code; null when a signal ended it. */
  ended(): Promise<number | null> {
    return this.#ended
  }
}
