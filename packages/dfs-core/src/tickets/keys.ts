import { hkdfSync, randomBytes } from 'node:crypto'

/** Name of a key: 1 to 32 of A–Z a–z 0–9 - _ . */
export type Kid = string

/** The keys of one purpose: the one that signs now, and all that still verify. */
export interface KeyRing {
  readonly current: Kid
  key(kid: Kid): Buffer | undefined
}

/** `master.json`: one secret of 32 bytes (base64) for each kid. Only web servers hold it. */
export interface MasterFile {
  readonly current: Kid
  readonly kids: Readonly<Record<Kid, string>>
}

/** The three keys (base64) that a storage has for one kid. */
export interface StorageKeys {
  readonly ticket: string
  readonly receipt: string
  readonly service: string
}

/** `keys.json` of one storage: keys derived for its group and for itself alone. */
export interface StorageKeyFile {
  readonly current: Kid
  readonly kids: Readonly<Record<Kid, StorageKeys>>
}

/** What the web server can derive from its master keys. */
export interface MasterKeys {
  readonly current: Kid
  readonly kids: readonly Kid[]
  /** Signs `up` and `dl` tickets, for all storages of a group. */
  ticketRing(group: string): KeyRing
  /** Verifies the receipts of one storage. */
  receiptRing(group: string, storageId: string): KeyRing
  /** Signs `sv` tickets for one storage. */
  serviceRing(group: string, storageId: string): KeyRing
  /** The content of that storage's keys.json. */
  exportStorageKeys(group: string, storageId: string): StorageKeyFile
}

/** The rings of one storage. */
export interface StorageKeyRings {
  readonly ticketRing: KeyRing
  readonly receiptRing: KeyRing
  readonly serviceRing: KeyRing
  /** All kids of the file; STATUS (206) tells them. */
  readonly kids: readonly Kid[]
}

/** A key file that cannot be used. The message names the place, never a key. */
export class KeyFileError extends Error {
  override readonly name = 'KeyFileError'
}

const KEY_SIZE = 32
const KID = /^[A-Za-z0-9_-]{1,32}$/
const BASE64_KEY = /^[A-Za-z0-9+/]{43}=$/
const GROUP = /^[A-Za-z0-9]{1,16}$/
const STORAGE_ID = /^[A-Za-z0-9.:_-]{1,15}$/

/** Fresh master keys with one kid. */
export function createMasterKeys(): MasterFile {
  const kid = newKid()
  return { current: kid, kids: { [kid]: newSecret() } }
}

/**
 * First step of a rotation: one more kid, which does not sign yet. Write the file and export the storages' keys; when
 * all storages know the new kid, switch with `switchMasterKey`.
 */
export function addMasterKey(file: MasterFile): { file: MasterFile; kid: Kid } {
  const kid = newKid()
  return { file: { current: file.current, kids: { ...file.kids, [kid]: newSecret() } }, kid }
}

/** Second step of a rotation: `kid` signs from now on. KeyFileError when the file lacks it. */
export function switchMasterKey(file: MasterFile, kid: Kid): MasterFile {
  if (!Object.hasOwn(file.kids, kid)) throw new KeyFileError(`there is no key ${kid}`)
  return { current: kid, kids: file.kids }
}

/**
 * Last step of a rotation, once no token of the old kid can be alive (25 h). Every token that it signed is void then.
 * KeyFileError for the current kid.
 */
export function dropMasterKey(file: MasterFile, kid: Kid): MasterFile {
  if (kid === file.current) throw new KeyFileError(`key ${kid} still signs`)
  return { current: file.current, kids: Object.fromEntries(Object.entries(file.kids).filter(([name]) => name !== kid)) }
}

/** A key file as text; write it with mode 0600. */
export function formatKeyFile(file: MasterFile | StorageKeyFile): string {
  return `${JSON.stringify(file, null, 2)}\n`
}

/** Opens the text of master.json. KeyFileError when it is not one. */
export function openMasterKeys(text: string): MasterKeys {
  const { current, kids } = readKeyFile('master.json', text)
  const masters = new Map(kids.map(([kid, secret]) => [kid, readKey(`master.json: key ${kid}`, secret)]))
  const derive = (kid: Kid, info: string): Buffer | undefined => {
    const master = masters.get(kid)
    return master && Buffer.from(hkdfSync('sha256', master, Buffer.alloc(0), info, KEY_SIZE))
  }
  // Kept, for a derived key takes ten times as long as a signature.
  const rings = new Map<string, KeyRing>()
  const ringOf = (info: string): KeyRing => {
    const ring = rings.get(info) ?? memoizedRing(current, (kid) => derive(kid, info))
    rings.set(info, ring)
    return ring
  }
  return {
    current,
    kids: [...masters.keys()],
    ticketRing: (group) => ringOf(ticketInfo(group)),
    receiptRing: (group, storageId) => ringOf(storageInfo('receipt', group, storageId)),
    serviceRing: (group, storageId) => ringOf(storageInfo('service', group, storageId)),
    exportStorageKeys(group, storageId) {
      const text = (kid: Kid, info: string) => derive(kid, info)?.toString('base64') ?? ''
      const keysOf = (kid: Kid): StorageKeys => ({
        ticket: text(kid, ticketInfo(group)),
        receipt: text(kid, storageInfo('receipt', group, storageId)),
        service: text(kid, storageInfo('service', group, storageId)),
      })
      return { current, kids: Object.fromEntries([...masters.keys()].map((kid) => [kid, keysOf(kid)])) }
    },
  }
}

/** Opens the text of a storage's keys.json. KeyFileError when it is not one. */
export function openStorageKeys(text: string): StorageKeyRings {
  const { current, kids } = readKeyFile('keys.json', text)
  const ringOf = (purpose: keyof StorageKeys): KeyRing => {
    const keys = new Map(kids.map(([kid, entry]) => [kid, readPurpose(kid, entry, purpose)]))
    return { current, key: (kid) => keys.get(kid) }
  }
  return {
    ticketRing: ringOf('ticket'),
    receiptRing: ringOf('receipt'),
    serviceRing: ringOf('service'),
    kids: kids.map(([kid]) => kid),
  }
}

/** Begins with a letter: names that are numbers alone come first in an object, and the newest kid must be the last. */
function newKid(): Kid {
  const bytes = randomBytes(4)
  bytes.writeUInt8(0xa0 + (bytes.readUInt8(0) % 0x60), 0)
  return bytes.toString('hex')
}

function newSecret(): string {
  return randomBytes(KEY_SIZE).toString('base64')
}

function ticketInfo(group: string): string {
  return `cairn/1/ticket/${checkName(group, GROUP, 'group')}`
}

function storageInfo(purpose: 'receipt' | 'service', group: string, storageId: string): string {
  return `cairn/1/${purpose}/${checkName(group, GROUP, 'group')}/${checkName(storageId, STORAGE_ID, 'storage id')}`
}

// A slash in a name would let one storage's info read as another's.
function checkName(name: string, pattern: RegExp, what: string): string {
  if (!pattern.test(name)) throw new KeyFileError(`${JSON.stringify(name)} is not a ${what}`)
  return name
}

function memoizedRing(current: Kid, derive: (kid: Kid) => Buffer | undefined): KeyRing {
  const keys = new Map<Kid, Buffer>()
  return {
    current,
    key(kid) {
      const known = keys.get(kid)
      if (known) return known
      const derived = derive(kid)
      if (derived) keys.set(kid, derived)
      return derived
    },
  }
}

function readKeyFile(name: string, text: string): { current: Kid; kids: [Kid, unknown][] } {
  const file = parseObject(name, text)
  const current = file['current']
  const kids = file['kids']
  if (typeof kids !== 'object' || kids === null || Array.isArray(kids)) throw new KeyFileError(`${name}: no kids`)
  for (const kid of Object.keys(kids)) {
    if (!KID.test(kid)) throw new KeyFileError(`${name}: ${JSON.stringify(kid)} is not a kid`)
  }
  if (typeof current !== 'string' || !Object.hasOwn(kids, current)) {
    throw new KeyFileError(`${name}: current names none of its kids`)
  }
  return { current, kids: Object.entries(kids) }
}

// The parser's own error is not passed on as the cause: it quotes the text, which is key material.
function parseObject(name: string, text: string): Readonly<Record<string, unknown>> {
  const value = parseJson(text)
  if (typeof value !== 'object' || value === null) throw new KeyFileError(`${name}: not a JSON object`)
  return value as Readonly<Record<string, unknown>>
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function readPurpose(kid: Kid, entry: unknown, purpose: keyof StorageKeys): Buffer {
  const place = `keys.json: key ${kid}`
  if (typeof entry !== 'object' || entry === null) throw new KeyFileError(`${place} is not an object`)
  return readKey(`${place}.${purpose}`, (entry as Readonly<Record<string, unknown>>)[purpose])
}

function readKey(place: string, value: unknown): Buffer {
  if (typeof value !== 'string' || !BASE64_KEY.test(value)) {
    throw new KeyFileError(`${place} is not ${KEY_SIZE} bytes of base64`)
  }
  return Buffer.from(value, 'base64')
}
