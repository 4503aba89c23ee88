// Which processes a start consists of, and with what they are called.
import path from 'node:path'
import { root } from './run.mjs'

const WEB_DIR = path.join(root, 'apps/web/.next/standalone/apps/web')

/** Environment of the web server and of its worker. */
function webEnvironment(settings, { databaseUrl, sessionSecret }) {
  const optional = { CAIRN_STORAGE_URL: settings.storageUrl, CAIRN_UPLOAD_MAX_BYTES: settings.uploadMaxBytes }
  return {
    ...settings.passedOn,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
    DATABASE_URL: databaseUrl,
    NEXTAUTH_SECRET: sessionSecret,
    CAIRN_TRACKERS: settings.trackers.join(','),
    CAIRN_KEYS: settings.keysFile,
    CAIRN_ORIGINS: settings.origins.join(','),
    ...gatewayEnvironment(settings),
    PORT: String(settings.webPort),
    HOSTNAME: settings.host,
    NEXT_TELEMETRY_DISABLED: '1',
  }
}

function gatewayEnvironment({ gateway }) {
  if (gateway === undefined) return { CAIRN_UPLOADS: 'storages' }
  return { CAIRN_UPLOADS: 'gateway', CAIRN_GATEWAY_PORT: String(gateway.port), CAIRN_GATEWAY_HOST: gateway.host }
}

/** What a round of syncing is made of goes to the disk at once, not in fours; docs/operations.md has figures. */
const STORAGE_THREADS = '16'

/**
 * A tracker keeps next to nothing for longer than a request: a small young generation costs it no time and saves memory
 * that would otherwise only be collected later (docs/performance.md).
 */
const TRACKER_FLAGS = ['--max-semi-space-size=1', '--v8-pool-size=1']

function daemon(name, app, dir, { env = {}, flags = [] }) {
  return {
    name,
    args: [...flags, path.join(root, `apps/${app}/dist/main.js`), path.join(dir, `${app}.conf`)],
    cwd: dir,
    env,
  }
}

/** A process of the web application beside its server. */
function program(name, env) {
  return { name, args: [path.join(root, `apps/web/dist/${name}.js`)], cwd: path.join(root, 'apps/web'), env }
}

/**
 * Tracker, storages, web, worker and gateway of these settings; no tracker and storages when the cluster runs elsewhere,
 * and a gateway only where storages speak nothing but FastDFS.
 */
export function memberDefinitions(settings, secrets) {
  const env = webEnvironment(settings, secrets)
  const threads = { UV_THREADPOOL_SIZE: process.env.UV_THREADPOOL_SIZE ?? STORAGE_THREADS }
  return {
    tracker:
      settings.tracker === undefined
        ? undefined
        : daemon('tracker', 'tracker', settings.tracker.dir, { flags: TRACKER_FLAGS }),
    storages: settings.storages.map((storage) => daemon(storage.name, 'storage', storage.dir, { env: threads })),
    web: { name: 'web', args: [path.join(WEB_DIR, 'server.js')], cwd: WEB_DIR, env },
    worker: program('worker', env),
    gateway: settings.gateway === undefined ? undefined : program('gateway', env),
  }
}
