// A folder of very many files, straight in the database: they all refer to the contents of the sample files.
import { register } from 'tsx/esm/api'

const BATCH = 5000
const PLACES = ['north gauge', 'south gauge', 'harbour', 'estuary', '北侧验潮站', '南侧验潮站', '港口', '河口']
const SUBJECTS = ['reading', 'survey', 'photo', 'report', 'chart', '潮位', '观测记录', '报告', '照片', '海图']

/**
 * Makes `count` files in the folder `folder` of this person. `templates` are entries of the person's sample files.
 * Names are made from the number, so that a second run finds what the first one left out.
 */
export async function addManyEntries({ client, ownerId, folder, templates, count, onProgress }) {
  const unregister = register()
  const { nameKeys } = await import('../../apps/web/src/lib/entries/name-keys.ts')
  const { newPublicId } = await import('../../apps/web/src/lib/public-id.ts')
  await unregister()
  const { rows } = await client.query('SELECT count(*)::int AS here FROM entry WHERE parent_id = $1', [folder.id])
  for (let from = rows[0].here; from < count; from += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, count - from) }, (_, index) => {
      const number = from + index
      const template = templates[number % templates.length]
      const name = nameOf(number, template.name)
      return { publicId: newPublicId(), name, ...nameKeys(name), template, modifiedAt: dateOf(number) }
    })
    await client.query('BEGIN')
    await insert(client, { ownerId, folder, batch })
    const bytes = batch.reduce((sum, { template }) => sum + BigInt(template.size), 0n)
    await client.query('UPDATE quota SET used = used + $2 WHERE user_id = $1', [ownerId, bytes])
    await client.query('COMMIT')
    onProgress(Math.min(from + BATCH, count))
  }
}

async function insert(client, { ownerId, folder, batch }) {
  await client.query(
    `INSERT INTO entry (public_id, owner_id, parent_id, kind, name, sort_key, grams, category, blob_id, size, modified_at)
     SELECT n.public_id, $1, $2, 1, n.name, n.sort_key, string_to_array(n.grams, chr(1)), n.category, n.blob_id, n.size, n.modified_at
     FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::bigint[], $10::timestamptz[])
       AS n(public_id, name, sort_key, grams, category, blob_id, size, modified_at)`,
    [
      ownerId,
      folder.id,
      batch.map(({ publicId }) => publicId),
      batch.map(({ name }) => name),
      batch.map(({ sortKey }) => sortKey),
      batch.map(({ grams }) => grams.join('\u0001')),
      batch.map(({ template }) => template.category),
      batch.map(({ template }) => template.blob_id),
      batch.map(({ template }) => template.size),
      batch.map(({ modifiedAt }) => modifiedAt),
    ],
  )
}

function nameOf(number, sample) {
  const ending = sample.slice(sample.lastIndexOf('.'))
  const place = PLACES[number % PLACES.length]
  const subject = SUBJECTS[Math.floor(number / PLACES.length) % SUBJECTS.length]
  return `${place} ${subject} ${String(number + 1).padStart(6, '0')}${ending}`
}

/** Spread over three years, the first files the newest. */
function dateOf(number) {
  return new Date(Date.UTC(2026, 10, 20) - number * 900_000)
}
