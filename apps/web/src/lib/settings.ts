import pg from 'pg'
import { z } from 'zod'
import { Prisma } from '../generated/prisma/client.ts'
import type { Transaction } from './db.ts'
import { env } from './env.ts'
import { log } from './log.ts'
import { processWide } from './process-wide.ts'

const FRESH_MS = 5000
const TRASH_DAYS_MAX = 3650
const HOLDERS_MAX = 100

const bytesSchema = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER)
/** What each setting may be. */
export const settingsSchema = z.object({
  /** Who may make an account: everybody, whoever was invited, nobody. */
  signup: z.enum(['open', 'invitation', 'closed']),
  trashDays: z.number().int().min(1).max(TRASH_DAYS_MAX),
  /** Whose files an upload may be spared by: everybody's, one's own, or nobody's. */
  instantScope: z.enum(['site', 'person', 'off']),
  /** How many people must keep a file before it spares somebody else the upload. */
  instantMinHolders: z.number().int().min(1).max(HOLDERS_MAX),
  quotaDefaultBytes: bytesSchema,
  /** The largest file; null for no limit of ours. */
  uploadMaxBytes: bytesSchema.min(1).nullable(),
})
export type Settings = z.infer<typeof settingsSchema>
export type SettingKey = keyof Settings

interface CachedSettings {
  current: Promise<Settings> | undefined
  until: number
}

function cache(): CachedSettings {
  return processWide('settings', () => ({ current: undefined, until: 0 }))
}

function defaults(): Settings {
  return {
    signup: env().signup,
    trashDays: 30,
    instantScope: 'site',
    instantMinHolders: 1,
    quotaDefaultBytes: env().quotaDefaultBytes,
    uploadMaxBytes: env().uploadMaxBytes ?? null,
  }
}

// Beside the pool: settings are read inside transactions too, and when all of these waited for one more connection of
// the pool that they fill, none of them could go on.
function connection(): pg.Pool {
  return processWide('settings-connection', () => {
    const pool = new pg.Pool({ connectionString: env().databaseUrl, max: 1, allowExitOnIdle: true })
    pool.on('error', (error) => log().warn({ err: error }, 'the connection for settings ended'))
    return pool
  })
}

async function loadSettings(): Promise<Settings> {
  const { rows } = await connection().query<{ key: string; value: unknown }>('SELECT key, value FROM setting')
  // Only writeSetting makes rows, and it checks; a row that does not fit any more must be seen and not guessed at.
  const set = settingsSchema.partial().parse(Object.fromEntries(rows.map(({ key, value }) => [key, value])))
  return Object.assign(defaults(), set)
}

/** What is set now; a change reaches every process within 5 seconds. */
export function readSettings(): Promise<Settings> {
  const cached = cache()
  if (cached.current !== undefined && cached.until > Date.now()) return cached.current
  const current = loadSettings()
  cached.current = current
  cached.until = Date.now() + FRESH_MS
  current.catch(() => {
    if (cached.current === current) cached.current = undefined
  })
  return current
}

/** The next readSettings of this process asks the database. To be called after the transaction of a writeSetting. */
export function forgetSettings(): void {
  cache().current = undefined
}

/** Sets one key. `by` is the id of the administrator. Throws a ZodError when the value may not be that. */
export async function writeSetting<Key extends SettingKey>(
  tx: Transaction,
  key: Key,
  value: Settings[Key],
  by: string | null,
): Promise<void> {
  const checked = settingsSchema.shape[key].parse(value)
  const data = { value: checked ?? Prisma.JsonNull, updatedBy: by, updatedAt: new Date() }
  await tx.setting.upsert({ where: { key }, create: { key, ...data }, update: data })
}
