#!/usr/bin/env node
// Offline stand-in for Prisma's native schema engine: the same JSON-RPC on stdin and stdout, the work done by
// @prisma/schema-engine-wasm over a JavaScript driver. Its version must equal the engines hash of `prisma --version`.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import * as wasmBindings from '@prisma/schema-engine-wasm/schema_engine_bg'
import { migrationAdapterFactory, runDatabaseCommand } from './lib/migration-adapter.mjs'

const require = createRequire(import.meta.url)
const RPC_ERROR = 4466
// Ids for our own `print` requests, far away from the ids of the requests that the CLI sends.
const PRINT_ID_OFFSET = 1_000_000

// The wasm module reports a panic through this global.
const panics = {
  message: '',
  set_message(message) {
    this.message = message
  },
}
globalThis.PRISMA_WASM_PANIC_REGISTRY = panics

function loadEngineModule() {
  const wasmPath = require.resolve('@prisma/schema-engine-wasm/schema_engine_bg').replace(/\.js$/, '.wasm')
  const imports = { './schema_engine_bg.js': wasmBindings }
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(wasmPath)), imports)
  wasmBindings.__wbg_set_wasm(exports)
  exports.__wbindgen_start()
}

/** The command line as the Prisma CLI gives it: schema files, the datasource as JSON, and perhaps `cli <command>`. */
function parseArguments(argv) {
  const parsed = { datamodels: [], datasource: {}, databaseCommand: undefined }
  for (let i = 0; i < argv.length; i += 2) {
    const [name, value] = [argv[i], argv[i + 1]]
    if (['--datamodels', '--datamodel', '-d'].includes(name))
      parsed.datamodels.push([value, readFileSync(value, 'utf8')])
    else if (name === '--datasource') parsed.datasource = JSON.parse(value)
    else if (name === 'cli') parsed.databaseCommand = value
    else if (!['--enabled-preview-features', '--extension-types'].includes(name)) i -= 1
  }
  return parsed
}

function send(message, sent) {
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`, sent)
}

function sendError(id, { message, code, meta }) {
  const data = { is_panic: false, message, error_code: code, meta }
  send({ id, error: { code: RPC_ERROR, message: 'An error happened. Check the data field for details.', data } })
}

async function answer(engine, { id, method, params }) {
  const name = method === 'getDatabaseVersion' ? 'version' : method
  if (typeof engine[name] !== 'function') throw new Error(`The wasm engine has no method ${method}.`)
  // Prisma 7.10.0: these two fail with "shadow DB must be provided through an external factory" unless the schema of
  // this list of migrations is cached, and devDiagnostic fills that cache.
  if (name === 'evaluateDataLoss' || name === 'createMigration') {
    await engine.devDiagnostic({ migrationsList: params.migrationsList, filters: params.filters })
  }
  const result = (await engine[name](params)) ?? {}
  if (method !== 'diff' || result.stdout == null) return result
  send({ id: PRINT_ID_OFFSET + id, method: 'print', params: { content: result.stdout.replace(/\n$/, '') } })
  return { ...result, stdout: null }
}

function serve(options) {
  loadEngineModule()
  const adapterFactory = bindMigrationAwareSqlAdapterFactory(migrationAdapterFactory(options.datasource))
  const debugLog = (line) => process.env.SE_DEBUG && process.stderr.write(`${line}\n`)
  // An empty list of data models is an error to the engine; undefined means "none".
  const datamodels = options.datamodels.length > 0 ? options.datamodels : undefined
  let engine
  let currentId
  let queue = Promise.resolve()

  // A wasm panic escapes the promise chain. Answer the pending request: after a silent end the CLI reports success.
  process.on('uncaughtException', (error) => {
    const message = error instanceof WebAssembly.RuntimeError ? `schema engine panic: ${panics.message}` : error.stack
    if (currentId === undefined) {
      process.stderr.write(`${message}\n`, () => process.exit(1))
      return
    }
    const data = { is_panic: false, message }
    send({ id: currentId, error: { code: RPC_ERROR, message, data } }, () => process.exit(1))
  })

  async function handle(request) {
    currentId = request.id
    try {
      engine ??= await wasmBindings.SchemaEngine.new({ datamodels }, debugLog, adapterFactory)
      send({ id: request.id, result: await answer(engine, request) })
    } catch (error) {
      sendError(request.id, { message: error.message ?? String(error), code: error.code, meta: error.meta })
    }
  }

  const lines = createInterface({ input: process.stdin })
  lines.on('line', (line) => {
    const message = line.trim() ? JSON.parse(line) : {}
    // Messages without a method are the answers to our own print requests.
    if (message.method) queue = queue.then(() => handle(message))
  })
  lines.on('close', () => queue.then(() => process.exit(0)))
}

const argv = process.argv.slice(2)
if (argv[0] === '--version') {
  loadEngineModule()
  console.log(`schema-engine-wasm ${wasmBindings.version()}`)
} else {
  const options = parseArguments(argv)
  if (options.databaseCommand) {
    process.exitCode = await runDatabaseCommand(options.databaseCommand, options.datasource.url)
  } else {
    serve(options)
  }
}
