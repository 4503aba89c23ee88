// `cairn keys …`: keys of storages on other machines, and changing the keys of a cluster while it runs.
import fs from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { ensureBuilt } from './build.mjs'
import { GROUP } from './conf-files.mjs'
import { loadClient, loadTickets } from './dfs-client.mjs'
import { storageAnswers } from './external-cluster.mjs'
import { ensureInstalled } from './install.mjs'
import { PlainError } from './plain-error.mjs'
import { readMasterKeys, writeSecret } from './secrets.mjs'
import { readSettings } from './settings.mjs'

const HOUR_MS = 3_600_000
/** A ticket lives for a day at most, and clocks differ. */
const TOKEN_LIFE_HOURS = 25

export const USAGE = `usage:
  cairn keys create                  make the keys of a new cluster
  cairn keys export --storage ID [--group ${GROUP}] [--keys master.json] [--out keys.json]
  cairn keys rotate --add            make another key, which does not sign yet
  cairn keys rotate --switch [KID]   sign with it, when every storage knows it
  cairn keys rotate --drop KID       forget an old one, ${TOKEN_LIFE_HOURS} hours later (--now: at once)
  all: [--keys master.json] [--trackers host:port,…]`

const OPTIONS = {
  storage: { type: 'string' },
  group: { type: 'string', default: GROUP },
  keys: { type: 'string' },
  out: { type: 'string' },
  trackers: { type: 'string' },
  add: { type: 'boolean' },
  switch: { type: 'boolean' },
  drop: { type: 'string' },
  now: { type: 'boolean' },
}

/** Runs `cairn keys <args>`. Throws PlainError for what a person can put right. */
export async function runKeys(args, env) {
  const { values, positionals } = parse(args)
  await ensureInstalled()
  await ensureBuilt(['daemons'])
  const settings = readSettings(env)
  const keysFile = values.keys === undefined ? settings.keysFile : path.resolve(values.keys)
  const context = {
    tickets: await loadTickets(),
    keysFile,
    trackers: values.trackers?.split(',') ?? settings.trackers,
    // Keys of another cluster are none of their business.
    storages: keysFile === settings.keysFile ? settings.storages : [],
  }
  const [command, kid] = positionals
  if (command === 'create') createKeys(context)
  else if (command === 'export' && values.storage !== undefined) exportKeys(context, values)
  else if (command === 'rotate' && values.add) addKey(context)
  else if (command === 'rotate' && values.switch) await switchKey(context, kid)
  else if (command === 'rotate' && values.drop !== undefined) dropKey(context, values.drop, values.now === true)
  else throw new PlainError(USAGE)
}

function parse(args) {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true })
  } catch (error) {
    throw new PlainError(`${error.message}\n${USAGE}`, { cause: error })
  }
}

function createKeys({ tickets, keysFile }) {
  if (fs.existsSync(keysFile)) {
    throw new PlainError(`There is ${keysFile} already: another key is added to it with cairn keys rotate --add.`)
  }
  writeSecret(keysFile, tickets.formatKeyFile(tickets.createMasterKeys()))
  say(`${keysFile} is made. Give each storage its keys: cairn keys export --storage ID`)
}

function exportKeys({ tickets, keysFile }, { storage, group, out }) {
  const master = readMasterKeys(keysFile, tickets)
  const text = plainly(() => tickets.formatKeyFile(master.exportStorageKeys(group, storage)))
  if (out === undefined) process.stdout.write(text)
  else writeSecret(path.resolve(out), text)
}

function addKey(context) {
  const { file, kid } = context.tickets.addMasterKey(readMasterFile(context))
  const written = saveMaster(context, file)
  say(`Key ${kid} is in ${context.keysFile}; ${file.current} still signs.`)
  say(`Its part was given to the storages of this folder: ${written.join(', ') || 'there are none'}.`)
  say('Give each storage elsewhere its keys (cairn keys export --storage ID), then: cairn keys rotate --switch')
}

async function switchKey(context, wanted) {
  const master = readMasterFile(context)
  const kid = wanted ?? Object.keys(master.kids).at(-1)
  if (kid === master.current) throw new PlainError(`Key ${kid} signs already: make another one with --add first.`)
  const next = plainly(() => context.tickets.switchMasterKey(master, kid))
  const behind = (await askStorages(context)).filter(({ kids }) => !kids.includes(kid))
  if (behind.length > 0) {
    const names = behind.map(({ storageId, address }) => `${storageId} (${address})`).join(', ')
    throw new PlainError(`Key ${kid} is not known yet to ${names}: give them their keys with cairn keys export.`)
  }
  saveMaster(context, next)
  say(`Key ${kid} signs now. After ${TOKEN_LIFE_HOURS} hours: cairn keys rotate --drop ${master.current}`)
}

function dropKey(context, kid, now) {
  const master = readMasterFile(context)
  if (!Object.hasOwn(master.kids, kid)) throw new PlainError(`There is no key ${kid} in ${context.keysFile}.`)
  const file = plainly(() => context.tickets.dropMasterKey(master, kid))
  const hours = (Date.now() - fs.statSync(context.keysFile).mtimeMs) / HOUR_MS
  if (!now && hours < TOKEN_LIFE_HOURS) {
    const left = Math.ceil(TOKEN_LIFE_HOURS - hours)
    throw new PlainError(
      `The keys were changed ${Math.floor(hours)} hours ago, and what ${kid} has signed may live for ${left} more: ` +
        'wait, or end it at once with --now.',
    )
  }
  const written = saveMaster(context, file)
  say(`Key ${kid} is forgotten by ${context.keysFile} and ${written.join(', ') || 'no storage of this folder'}.`)
  say('Storages elsewhere forget it with their next keys.json (cairn keys export).')
}

async function askStorages({ trackers }) {
  const core = await loadClient()
  const client = new core.DfsClient({ trackers })
  try {
    return await storageAnswers(client, trackers, core)
  } finally {
    client.close()
  }
}

/** Checked as a whole by `readMasterKeys`, so that a damaged file is never written on. */
function readMasterFile({ tickets, keysFile }) {
  readMasterKeys(keysFile, tickets)
  return JSON.parse(fs.readFileSync(keysFile, 'utf8'))
}

/** Storages first: a key that signs must be known to whoever verifies. Returns the storages that got theirs. */
function saveMaster({ tickets, keysFile, storages }, file) {
  const text = tickets.formatKeyFile(file)
  const master = tickets.openMasterKeys(text)
  const mine = storages.filter(({ dir }) => fs.existsSync(path.join(dir, 'keys.json')))
  for (const { id, dir } of mine) {
    writeSecret(path.join(dir, 'keys.json'), tickets.formatKeyFile(master.exportStorageKeys(GROUP, id)))
  }
  writeSecret(keysFile, text)
  return mine.map(({ name }) => name)
}

function plainly(work) {
  try {
    return work()
  } catch (error) {
    throw new PlainError(error.message, { cause: error })
  }
}

/** To people, not into the file that standard output may be. */
function say(text) {
  console.error(text)
}
