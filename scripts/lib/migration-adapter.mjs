// What the wasm schema engine needs of a database: an adapter over pg, and the commands create, drop, can-connect.
import { randomUUID } from 'node:crypto'
import { PrismaPg } from '@prisma/adapter-pg'
import { ColumnTypeEnum } from '@prisma/driver-adapter-utils'
import pg from 'pg'

const OID_CHAR = 18
const OID_BPCHAR = 1042
const CONNECTION_ERRORS = { '3D000': 'P1003', ECONNREFUSED: 'P1001', '28P01': 'P1000' }
const OTHER_CONNECTION_ERROR = 'P1011'

function databaseName(url) {
  return decodeURIComponent(url.pathname.slice(1)) || 'postgres'
}

function poolConfig(url, database = databaseName(url)) {
  const sslMode = url.searchParams.get('sslmode')
  const wantsTls = ['require', 'verify-ca', 'verify-full'].includes(sslMode)
  return {
    host: url.hostname,
    port: Number(url.port || 5432),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database,
    ssl: wantsTls ? { rejectUnauthorized: sslMode !== 'require' } : undefined,
  }
}

// adapter-pg 7.10.0 does not know the type "char" (OID 18), which the catalog tables use.
function mapCharColumns(adapter) {
  const queryable = Object.getPrototypeOf(Object.getPrototypeOf(adapter))
  if (queryable.mapsCharColumns) return
  queryable.mapsCharColumns = true
  const { queryRaw } = queryable
  queryable.queryRaw = async function (query) {
    const charColumns = []
    const performIO = async (statement) => {
      const result = await this.performIO(statement)
      for (const [index, field] of result.fields.entries()) {
        if (field.dataTypeID !== OID_CHAR) continue
        charColumns.push(index)
        field.dataTypeID = OID_BPCHAR
      }
      return result
    }
    const rows = await queryRaw.call(Object.create(this, { performIO: { value: performIO } }), query)
    for (const index of charColumns) rows.columnTypes[index] = ColumnTypeEnum.Character
    return rows
  }
}

async function openAdapter(url, database) {
  const pool = new pg.Pool({ ...poolConfig(url, database), max: 1 })
  const schema = url.searchParams.get('schema') ?? undefined
  const adapter = await new PrismaPg(pool, { schema, disposeExternalPool: true }).connect()
  mapCharColumns(adapter)
  // The adapter's own executeScript splits at each ';', also inside the body of a function.
  adapter.executeScript = async (script) => {
    try {
      await pool.query(script)
    } catch (error) {
      adapter.onError(error)
    }
  }
  return adapter
}

// The adapter's own connectToShadowDb connects to the main database when it was given a connection string.
async function openShadow(url, shadowUrl) {
  if (shadowUrl) return openAdapter(new URL(shadowUrl))
  const name = `prisma_migrate_shadow_db_${randomUUID()}`
  const admin = await openAdapter(url)
  await admin.executeScript(`CREATE DATABASE "${name}"`)
  const shadow = await openAdapter(url, name)
  const closeShadow = shadow.dispose.bind(shadow)
  shadow.dispose = async () => {
    await closeShadow()
    await admin.executeScript(`DROP DATABASE IF EXISTS "${name}"`)
    await admin.dispose()
  }
  return shadow
}

/** A factory as @prisma/driver-adapter-utils describes it, for the datasource that the CLI passes on. */
export function migrationAdapterFactory(datasource) {
  const url = new URL(datasource.url)
  return {
    provider: 'postgres',
    adapterName: 'cairn-schema-engine',
    connect: () => openAdapter(url),
    connectToShadowDb: () => openShadow(url, datasource.shadowDatabaseUrl),
  }
}

function logLine(level, message, errorCode) {
  const fields = { message, error_code: errorCode, is_panic: false }
  const line = { timestamp: new Date().toISOString(), level, fields, target: 'schema_engine::logger' }
  process.stderr.write(`\n${JSON.stringify(line)}\n`)
}

/** `can-connect-to-database`, `create-database` or `drop-database`; returns the exit code. */
export async function runDatabaseCommand(command, datasourceUrl) {
  const url = new URL(datasourceUrl)
  const name = databaseName(url)
  const isProbe = command === 'can-connect-to-database'
  const adminDatabase = name === 'postgres' ? 'template1' : 'postgres'
  const client = new pg.Client(poolConfig(url, isProbe ? name : adminDatabase))
  try {
    await client.connect()
    if (isProbe) logLine('INFO', 'Connection successful')
    else
      await client.query(`${command === 'create-database' ? 'CREATE' : 'DROP'} DATABASE ${pg.escapeIdentifier(name)}`)
    return 0
  } catch (error) {
    logLine('ERROR', error.message || error.code, CONNECTION_ERRORS[error.code] ?? OTHER_CONNECTION_ERROR)
    return 1
  } finally {
    await client.end()
  }
}
