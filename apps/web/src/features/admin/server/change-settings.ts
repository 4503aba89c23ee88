import { recordAudit } from '../../../lib/audit.ts'
import { db, inTransaction, type Transaction } from '../../../lib/db.ts'
import { forgetSettings, readSettings, type SettingKey, writeSetting } from '../../../lib/settings.ts'
import { type SettingsChange, type SettingsView, settingsChangeSchema } from '../schema.ts'

interface Admin {
  id: string
  headers: Headers
}

/** What is set, and who set it. */
export async function getSettings(): Promise<SettingsView> {
  forgetSettings()
  const rows = await db().setting.findMany({ include: { updater: true } })
  return {
    settings: await readSettings(),
    changed: rows.map(({ key, updatedAt, updater }) => ({
      key,
      at: updatedAt.toISOString(),
      by: updater === null ? null : (updater.name ?? updater.email),
    })),
  }
}

/** Sets what is given and differs from what is set. Every process follows within 5 seconds, this one at once. */
export async function changeSettings(admin: Admin, change: SettingsChange): Promise<SettingsView> {
  forgetSettings()
  const before = await readSettings()
  const keys = settingsChangeSchema.keyof().options.filter((key) => key in change && change[key] !== before[key])
  await inTransaction(async (tx) => {
    for (const key of keys) {
      await set(tx, admin, { key, from: before[key], to: change[key] ?? null })
    }
  })
  return await getSettings()
}

interface OneChange {
  key: SettingKey
  from: string | number | null
  to: string | number | null
}

async function set(tx: Transaction, admin: Admin, { key, from, to }: OneChange): Promise<void> {
  // writeSetting checks the value against the schema of its key.
  await writeSetting(tx, key, to as never, admin.id)
  const target = { kind: 'setting', id: key, name: key }
  await recordAudit(tx, {
    actorId: admin.id,
    action: 'setting.change',
    target,
    detail: { from, to },
    headers: admin.headers,
  })
}
