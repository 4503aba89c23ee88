// All processes of a drive: database, tracker, storages, web, worker, perhaps a gateway. `npm start` and the browser tests
// both run this.
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { GROUP, writeConfFiles } from './conf-files.mjs'
import { databaseAnswers, startDatabase } from './database.mjs'
import { loadClient, loadTickets } from './dfs-client.mjs'
import { requireExternalCluster } from './external-cluster.mjs'
import { Member } from './member.mjs'
import { memberDefinitions } from './members.mjs'
import { migrate } from './migrations.mjs'
import { PlainError } from './plain-error.mjs'
import { sessionSecret, writeKeys } from './secrets.mjs'
import { until } from './until.mjs'

const ACTIVE = 7
const RESTARTS_MAX = 3
const RESTARTS_WINDOW_MS = 10 * 60_000
const USE_DATABASE = new Set(['web', 'worker', 'gateway'])
const DATABASE_POLL_MS = 1000

export class Cluster {
  #settings
  #hooks
  #members = new Map()
  #database
  #isUp = false
  // Aborted by stop() and by a crash during the start: whatever still waits then ends.
  #end = new AbortController()
  #starting = Promise.resolve()
  #crashesAtMs = new Map()

  /**
   * @param {object} settings of readSettings()
   * @param {object} hooks
   *   runDir: folder for process records; step(name, work): runs and reports a step;
   *   onNote(text): something a person should know; onGiveUp(text): a member cannot be kept running.
   */
  constructor(settings, hooks) {
    this.#settings = settings
    this.#hooks = hooks
  }

  get databaseUrl() {
    return this.#database?.url
  }

  /** The process of that name: tracker, storage1, storage2, web, worker or gateway. */
  member(name) {
    const member = this.#members.get(name)
    if (member === undefined) throw new Error(`there is no member ${name}`)
    return member
  }

  async start() {
    this.#starting = this.#startAll()
    await this.#starting
    this.#isUp = true
  }

  async #startAll() {
    const { step } = this.#hooks
    const settings = this.#settings
    if (settings.gateway !== undefined) writeKeys(settings, await loadTickets())
    if (settings.tracker === undefined) await step('cluster', () => requireExternalCluster(settings))
    await step('database', async () => {
      this.#database = await startDatabase(settings, this.#hooks.onNote)
      await migrate(this.#database.url)
      return this.#database.detail
    })
    const definitions = memberDefinitions(settings, {
      databaseUrl: this.#database.url,
      sessionSecret: settings.sessionSecret ?? sessionSecret(settings.dataDir),
    })
    if (definitions.tracker !== undefined) await this.#startStorages(definitions)
    await step('web', async () => {
      this.#launch(definitions.worker)
      if (definitions.gateway !== undefined) await this.#launch(definitions.gateway).ready
      this.#launch(definitions.web)
      await this.waitForWeb()
    })
  }

  async #startStorages({ tracker, storages }) {
    const { step } = this.#hooks
    writeConfFiles(this.#settings)
    writeKeys(this.#settings, await loadTickets())
    await step('tracker', async () => {
      await this.#launch(tracker).ready
    })
    await step('storages', async () => {
      // One after the other: a new storage asks for a member that gives it the group's files, and is sent away while the
      // others are still joining.
      for (const [index, definition] of storages.entries()) {
        await this.#launch(definition).ready
        await this.waitForActive([this.#settings.storages[index].id])
      }
      return `${storages.length} active`
    })
  }

  #launch(definition) {
    this.#end.signal.throwIfAborted()
    const { onNote, runDir } = this.#hooks
    const { dataDir } = this.#settings
    const member = new Member({
      ...definition,
      env: { ...process.env, NODE_ENV: 'production', ...definition.env },
      logFile: path.join(dataDir, 'logs', `${definition.name}.log`),
      runDir,
      onWarning: (text) => onNote(`${definition.name}: ${text}`),
      onCrash: (reason) => this.#afterCrash(member, reason),
    })
    this.#members.set(definition.name, member)
    member.start()
    return member
  }

  // Storages and tracker survive a crash by design, so a single one is no reason to stop everything.
  #afterCrash(member, reason) {
    if (this.#end.signal.aborted) return
    if (!this.#isUp) {
      this.#end.abort(new PlainError(`${member.name} ended with ${reason}. Its last lines:\n${member.tail}`))
      return
    }
    if (USE_DATABASE.has(member.name)) void this.#startWithDatabase(member, reason)
    else this.#startAgain(member, reason)
  }

  /** Who ended because the database is away is not to blame, however often. */
  async #startWithDatabase(member, reason) {
    const { signal } = this.#end
    if (await databaseAnswers(this.#database.url)) {
      if (!signal.aborted) this.#startAgain(member, reason)
      return
    }
    this.#hooks.onNote(`${member.name} ended with ${reason}; it starts again when the database answers`)
    while (!(signal.aborted || (await databaseAnswers(this.#database.url)))) {
      await delay(DATABASE_POLL_MS, undefined, { signal }).catch(() => undefined)
    }
    if (!signal.aborted) member.start()
  }

  #startAgain(member, reason) {
    const now = Date.now()
    const recent = (this.#crashesAtMs.get(member.name) ?? []).filter((atMs) => now - atMs < RESTARTS_WINDOW_MS)
    this.#crashesAtMs.set(member.name, [...recent, now])
    if (recent.length >= RESTARTS_MAX) {
      this.#hooks.onGiveUp(`${member.name} ended again with ${reason}. Its last lines:\n${member.tail}`)
      return
    }
    this.#hooks.onNote(`${member.name} ended with ${reason}; starting it again`)
    member.start()
  }

  /** Waits until the tracker calls these storages ACTIVE. */
  async waitForActive(ids, timeoutMs = 60_000) {
    const { DfsClient } = await loadClient()
    const client = new DfsClient({ trackers: this.#settings.trackers })
    try {
      await until(
        async () => {
          const storages = await client.tracker.listStorages(GROUP)
          return ids.every((id) => storages.some((storage) => storage.id === id && storage.status === ACTIVE))
        },
        { what: `storages ${ids.join(', ')} active at the tracker`, timeoutMs, signal: this.#end.signal },
      )
    } finally {
      client.close()
    }
  }

  /** Waits until the web application answers. */
  async waitForWeb() {
    const { host, webPort } = this.#settings
    const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
    const url = `http://${name.includes(':') ? `[${name}]` : name}:${webPort}/api/setup`
    await until(async () => (await fetch(url)).ok, {
      what: `an answer from ${url}`,
      signal: this.#end.signal,
    })
  }

  /** Ends everything, those who use others first. */
  async stop() {
    this.#end.abort(new PlainError('stopped'))
    await this.#stopMembers()
    // A start that is under way sees the abort, and may have launched one more process before it did.
    await Promise.allSettled([this.#starting])
    await this.#stopMembers()
    await this.#database?.stop()
  }

  async #stopMembers() {
    for (const names of [['web', 'worker', 'gateway'], this.#settings.storages.map(({ name }) => name), ['tracker']]) {
      await Promise.all(names.map((name) => this.#members.get(name)?.stop()))
    }
  }

  /** Ends every process of ours at once, as a power cut would. */
  async killNow() {
    this.#end.abort(new PlainError('killed'))
    await Promise.all([...this.#members.values()].map((member) => member.kill()))
  }
}
