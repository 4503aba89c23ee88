import type pg from 'pg'
import { nameKeys } from '../apps/web/src/lib/entries/name-keys.ts'

export const OWNER = 'bench-owner'
export const OTHER = 'bench-other'
/** Public id of the first folder, with 100,000 files when they are all one person's, and of the one of the person with nothing. */
export const folderOf = (owner: string) => (owner === OWNER ? 'f0' : 'g0')
const BATCH = 5000
const FOLDERS = 2000
const BIG_FOLDER_FILES = 100_000

const places = '海岸 港口 灯塔 河口 防波堤 码头 水库 桥梁 隧道 机场'.split(' ')
const kinds = '观测数据 测绘图 报告 报告终稿 会议纪要 合同 报价单 预算表 照片 验收记录 施工方案 设计图'.split(' ')
const words = 'harbour survey report minutes budget contract invoice drawing plan photo draft final notes model'.split(
  ' ',
)
const endings: readonly (readonly [string, string])[] = [
  ['pdf', 'document'],
  ['docx', 'document'],
  ['xlsx', 'document'],
  ['png', 'image'],
  ['mp4', 'video'],
  ['m4a', 'audio'],
  ['zip', 'archive'],
  ['bin', 'other'],
]

/** Always the same numbers, so that runs can be compared. */
function makeRandom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

interface Row {
  name: string
  category: string
}

/** A third are photos of cameras, a third Chinese, a third English; one name in 2,000 speaks of tides (潮位). */
function nameAt(index: number, random: (below: number) => number): Row {
  const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T
  const [ending, category] = pick(endings)
  const year = 2019 + random(8)
  if (index % 2000 === 7) return { name: `潮位${pick(kinds)}_${year}_${index}.${ending}`, category }
  if (index % 3 === 0) return { name: `IMG_${index}.jpg`, category: 'image' }
  if (index % 3 === 1)
    return { name: `${pick(places)}${pick(kinds)}_${year}年第${1 + random(4)}季度_${index}.${ending}`, category }
  return { name: `${pick(words)} ${pick(words)} ${year}-${1 + random(12)} (${index}).${ending}`, category }
}

/** How many files there are, and among how many people they are shared out, one after the other. */
export interface Size {
  rows: number
  people: number
}

const ownerAt = (index: number) => (index === 0 ? OWNER : `bench-${index}`)

/** In 2,000 folders, of which one has 100,000 files of a single person; and somebody who has nothing. */
export async function fillWithEntries(client: pg.Client, size: Size): Promise<void> {
  const there = await client.query('SELECT 1 FROM entry LIMIT 1')
  if (there.rowCount !== 0) return
  const random = makeRandom(1)
  await client.query('SET synchronous_commit = off')
  const owners = [OTHER, ...Array.from({ length: size.people }, (_, index) => ownerAt(index))]
  await client.query(
    `INSERT INTO person (id, public_id, email, role)
     SELECT o, o, o || '@example.org', 'admin' FROM unnest($1::text[]) o`,
    [owners],
  )
  await client.query(
    `INSERT INTO entry (public_id, owner_id, kind, name, sort_key)
     SELECT o || '-top', o, 0, '', '' FROM unnest($1::text[]) o`,
    [owners],
  )
  await client.query(`INSERT INTO blob (sha256, head, crc32, size, content_type, file_id, copies)
    VALUES (decode(repeat('ab', 32), 'hex'), decode(repeat('cd', 32), 'hex'), 1, 1, 'text/plain', 'group1/M00/00/00/x', 2)`)
  const {
    rows: [index],
  } = await client.query<{ definition: string }>("SELECT pg_get_indexdef('entry_search'::regclass) AS definition")
  if (index === undefined) throw new Error('the migrations made no index entry_search')
  await client.query('DROP INDEX entry_search')
  await client.query(
    `INSERT INTO entry (public_id, owner_id, parent_id, kind, name, sort_key)
     SELECT $2, $1, id, 0, 'empty', 'empty' FROM entry WHERE public_id = $1 || '-top'`,
    [OTHER, folderOf(OTHER)],
  )
  await insertFolders(client, size)
  const started = performance.now()
  for (let first = 0; first < size.rows; first += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, size.rows - first) }, (_, at) => nameAt(first + at, random))
    const folders = batch.map((_, at) => folderAt(first + at, size, random))
    await insertFiles(client, { first, batch, folders, random })
  }
  console.log(`${size.rows} entries of ${size.people} in ${Math.round((performance.now() - started) / 1000)} s`)
  for (const owner of [OWNER, OTHER]) await addPlaces(client, owner)
  // As the migration makes it; over rows that are there already it takes a tenth of the time.
  await client.query(index.definition)
  await client.query('ALTER INDEX entry_search ALTER COLUMN 1 SET STATISTICS 1000')
  await client.query('VACUUM ANALYZE')
  const { rows: sizes } = await client.query(`
    SELECT pg_size_pretty(pg_table_size('entry')) AS entry, pg_size_pretty(pg_relation_size('entry_search')) AS search`)
  console.log('size', sizes[0])
}

/** A link to one folder, trash, and labels: of somebody who has nothing, next to nothing. */
async function addPlaces(client: pg.Client, owner: string): Promise<void> {
  await client.query(
    `INSERT INTO share (public_id, token_hash, token_sealed, owner_id, title)
     VALUES ($1 || '-link', sha256($1::bytea), 'sealed', $1, 'Survey')`,
    [owner],
  )
  await client.query(
    `INSERT INTO share_item (share_id, entry_id, position)
     SELECT s.id, e.id, 0 FROM share s, entry e WHERE s.owner_id = $1 AND e.public_id = $2`,
    [owner, folderOf(owner)],
  )
  await client.query(
    "INSERT INTO tag (public_id, owner_id, name, name_key, colour) VALUES ($1 || '-tag', $1, 'Tides', 'tides', 'blue')",
    [owner],
  )
  const some = 'FROM entry WHERE owner_id = $1 AND kind = 1 AND trash_id IS NULL ORDER BY id DESC'
  await client.query(
    `INSERT INTO entry_tag (tag_id, entry_id) SELECT t.id, e.id FROM tag t,
       (SELECT id ${some} LIMIT 2000) e WHERE t.owner_id = $1`,
    [owner],
  )
  await client.query(`INSERT INTO favourite (owner_id, entry_id) SELECT $1, id ${some} LIMIT 2000`, [owner])
  await client.query(
    `INSERT INTO entry_opened (owner_id, entry_id, at) SELECT $1, id, now() - make_interval(mins => id::int) ${some} LIMIT 5000`,
    [owner],
  )
  await client.query(
    `UPDATE entry SET trash_id = id, trashed_at = now() WHERE id IN (SELECT id ${some} OFFSET 20000 LIMIT 10000)`,
    [owner],
  )
}

/** Each person has as many folders as any other. */
async function insertFolders(client: pg.Client, { people }: Size): Promise<void> {
  const names = Array.from({ length: FOLDERS }, (_, index) => `folder ${index}`)
  await client.query(
    `INSERT INTO entry (public_id, owner_id, parent_id, kind, name, sort_key, grams)
     SELECT 'f' || n, top.owner_id, top.id, 0, r.name, r.sort_key, r.grams::text[]
     FROM unnest($1::int[], $2::text[], $3::text[], $4::text[], $5::text[]) r(n, owner, name, sort_key, grams)
     JOIN entry top ON top.public_id = r.owner || '-top'`,
    [
      names.map((_, n) => n),
      names.map((_, n) => ownerAt(Math.floor((n * people) / FOLDERS))),
      names,
      names.map((name) => nameKeys(name).sortKey),
      names.map(gramsText),
    ],
  )
}

/** People take turns, so that what each of them has lies scattered over the table, as it does in a drive of many. */
function folderAt(index: number, { people }: Size, random: (below: number) => number): number {
  if (people === 1) return index < BIG_FOLDER_FILES ? 0 : 1 + random(FOLDERS - 1)
  const each = FOLDERS / people
  return (index % people) * each + random(each)
}

function gramsText(name: string): string {
  return `{${nameKeys(name)
    .grams.map((gram) => `"${gram.replace(/[\\"]/g, '\\$&')}"`)
    .join(',')}}`
}

interface Files {
  first: number
  batch: readonly Row[]
  folders: readonly number[]
  random: (below: number) => number
}

async function insertFiles(client: pg.Client, { first, batch, folders, random }: Files): Promise<void> {
  await client.query(
    `INSERT INTO entry (public_id, owner_id, parent_id, kind, name, sort_key, grams, category, blob_id, size,
       created_at, modified_at)
     SELECT 'e' || n, p.owner_id, p.id, 1, r.name, r.sort_key, r.grams::text[], r.category, (SELECT min(id) FROM blob), r.size,
       now() - make_interval(secs => 30 * (2000000 - n)), now() - make_interval(secs => r.age)
     FROM unnest($1::int[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::int[])
       r(n, folder, name, sort_key, grams, category, size, age)
     JOIN entry p ON p.public_id = 'f' || r.folder ORDER BY n`,
    [
      batch.map((_, at) => first + at),
      folders,
      batch.map(({ name }) => name),
      batch.map(({ name }) => nameKeys(name).sortKey),
      batch.map(({ name }) => gramsText(name)),
      batch.map(({ category }) => category),
      batch.map(() => random(50_000_000)),
      batch.map(() => random(60_000_000)),
    ],
  )
}
