import { spawn } from 'node:child_process'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { LogFile } from './log-file.mjs'
import { eachLine, parseLogLine, warningIn } from './output.mjs'
import { root } from './run.mjs'
import { forgetProcess, recordProcess } from './run-folder.mjs'

const DIE_WITH_PARENT = pathToFileURL(path.join(root, 'scripts/lib/die-with-parent.mjs')).href
const TAIL_LINES = 20

/** One process of the cluster: started, watched and stopped from here; its output goes to `logFile`. */
export class Member {
  #options
  #child
  #log
  #tail = []
  #isStopping = false

  /**
   * @param {object} options
   *   name, args (script and arguments for node), cwd, env, logFile, runDir;
   *   onWarning(text) for lines that a person should see; onCrash() when it ended without being asked to.
   */
  constructor(options) {
    this.#options = options
  }

  get name() {
    return this.#options.name
  }

  get pid() {
    return this.#child?.pid
  }

  /** The last lines that it printed. */
  get tail() {
    return this.#tail.join('\n')
  }

  /** Spawns the process; `this.ready` resolves with the fields of its log line `ready`. */
  start() {
    const { name, args, cwd, env, logFile, runDir } = this.#options
    this.#isStopping = false
    this.#tail = []
    this.#log = new LogFile(logFile)
    this.#child = spawn(process.execPath, ['--import', DIE_WITH_PARENT, ...args], {
      cwd,
      env,
      // Its own process group: Ctrl-C in the terminal reaches the start script alone, which stops all in order.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    const child = this.#child
    if (child.pid !== undefined) recordProcess(runDir, name, child.pid)
    this.ended = new Promise((resolve) => {
      child.on('error', (error) => resolve(error.message))
      child.on('close', (code, signal) => resolve(signal ?? `exit code ${code}`))
    })
    this.ready = new Promise((resolve, reject) => {
      eachLine(child.stdout, (line) => this.#take(line, { isErrorStream: false, onReady: resolve }))
      eachLine(child.stderr, (line) => this.#take(line, { isErrorStream: true, onReady: resolve }))
      this.ended.then((reason) => reject(new Error(`${name} ended with ${reason}.\n${this.tail}`)))
    })
    // Not every caller waits for `ready`; a rejection that nobody reads must not end this process.
    this.ready.catch(() => undefined)
    this.ended.then((reason) => this.#finish(reason, child))
  }

  #take(line, { isErrorStream, onReady }) {
    this.#log.write(`${line}\n`)
    this.#tail = [...this.#tail, line].slice(-TAIL_LINES)
    if (parseLogLine(line)?.msg === 'ready') onReady(parseLogLine(line))
    const warning = warningIn(line, { isErrorStream })
    if (warning !== undefined) this.#options.onWarning?.(warning)
  }

  #finish(reason, child) {
    this.#log.close()
    forgetProcess(this.#options.runDir, this.name)
    if (this.#child === child) this.#child = undefined
    if (!this.#isStopping) this.#options.onCrash?.(reason)
  }

  /** Asks it to end and waits; after `graceMs` it is killed. */
  async stop(graceMs = 10_000) {
    if (this.#child === undefined) return
    this.#isStopping = true
    this.#child.kill('SIGTERM')
    const timer = new AbortController()
    await Promise.race([this.ended, delay(graceMs, undefined, { signal: timer.signal })])
    timer.abort()
    await this.kill()
  }

  /** Ends it at once, as a power cut would. */
  async kill() {
    if (this.#child === undefined) return
    this.#isStopping = true
    this.#child.kill('SIGKILL')
    await this.ended
  }
}
