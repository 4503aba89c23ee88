import { PrismaPg } from '@prisma/adapter-pg'
import { Prisma, PrismaClient } from '../generated/prisma/client.ts'
import { ApiError } from './api-error.ts'
import { env } from './env.ts'
import { processWide } from './process-wide.ts'

const POOL_SIZE = 10
const TRANSACTION_ATTEMPTS = 4
const TRANSACTION_TIMEOUT_MS = 30_000
const CONNECTION_WAIT_MS = 10_000
// A new connection costs whoever waits for it a process and what PostgreSQL must read to know the tables: many pages of
// a quiet drive come ten seconds after the last one, for which the pool would keep it by itself.
const CONNECTION_IDLE_MS = 600_000
// What stands between may forget a connection on which nothing is said.
const KEEP_ALIVE_MS = 30_000

export type Transaction = Prisma.TransactionClient

/** PostgreSQL's error codes that this application decides by. */
export const SqlState = {
  foreignKeyViolation: '23503',
  uniqueViolation: '23505',
  serializationFailure: '40001',
  deadlockDetected: '40P01',
} as const

function connect(): PrismaClient {
  // Prisma passes times of raw queries as text without a zone. Many people ask at once: to start helpers for one of them
  // takes longer than nearly every query, and takes processors from the others.
  const options = '-c TimeZone=UTC -c max_parallel_workers_per_gather=0'
  const adapter = new PrismaPg({
    connectionString: env().databaseUrl,
    max: POOL_SIZE,
    options,
    idleTimeoutMillis: CONNECTION_IDLE_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
  })
  return new PrismaClient({
    adapter,
    transactionOptions: { maxWait: CONNECTION_WAIT_MS, timeout: TRANSACTION_TIMEOUT_MS },
  })
}

export function db(): PrismaClient {
  return processWide('db', connect)
}

/** PostgreSQL's code of an error that came out of Prisma, or undefined for any other error. */
export function sqlStateOf(error: unknown): string | undefined {
  return databaseCause(error)?.originalCode
}

/** The name of the unique index that refused a row, or undefined for any other error. */
export function violatedIndex(error: unknown): string | undefined {
  const cause = databaseCause(error)
  return cause?.originalCode === SqlState.uniqueViolation ? cause.constraint?.index : undefined
}

/** Whether no connection came free for a transaction, or it took longer than it may: the database has too much to do. */
export function isOverload(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2028'
}

interface DatabaseCause {
  originalCode?: string
  constraint?: { index?: string }
}

function databaseCause(error: unknown): DatabaseCause | undefined {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return undefined
  // Prisma types `meta` as unknown values; this shape is adapter-pg's DriverAdapterError.
  const adapterError = error.meta?.['driverAdapterError'] as { cause?: DatabaseCause } | undefined
  return adapterError?.cause
}

/**
 * Runs `work` in one transaction (READ COMMITTED), again from the start when it lost against another one: a deadlock,
 * or a blob that the reaper took away between looking and linking (23503). `work` must not do anything outside SQL.
 */
export async function inTransaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db().$transaction(work)
    } catch (error) {
      const state = sqlStateOf(error)
      const isLostRace =
        state === SqlState.deadlockDetected ||
        state === SqlState.serializationFailure ||
        state === SqlState.foreignKeyViolation
      if (!isLostRace) throw error
      if (attempt === TRANSACTION_ATTEMPTS) {
        // biome-ignore lint/style/useErrorCause: the rule knows the cause only as the second argument.
        throw new ApiError('busy', 'Too much is changing here at once. Try again.', { cause: error })
      }
    }
  }
}
