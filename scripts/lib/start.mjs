import { ensureBuilt } from './build.mjs'
import { Cluster } from './cluster.mjs'
import { ensureInstalled } from './install.mjs'
import { PlainError, printError } from './plain-error.mjs'
import { requireFreePorts } from './ports.mjs'
import { note, step } from './report.mjs'
import { endLeftovers, lockStateFolder } from './run-folder.mjs'
import { readSettings } from './settings.mjs'

const PARENT_CHECK_MS = 1000

/** Everything up to a running drive. Ends the process itself: with 0 when told to stop, with 1 when something failed. */
export async function start(env) {
  let lock
  let cluster
  let ending
  const end = (code) => {
    ending ??= stopAndExit(code)
    return ending
  }
  const stopAndExit = async (code) => {
    try {
      await cluster?.stop()
    } catch (error) {
      printError(error)
      code = 1
    }
    lock?.release()
    process.exit(code)
  }
  stopOnSignals(end, () => cluster?.killNow())
  try {
    const settings = readSettings(env)
    for (const name of settings.unknown) note(`${name} is not a setting of Cairn; see docs/operations.md`)
    lock = lockStateFolder(settings.dataDir, { url: settings.urls[0] })
    await prepare(settings, lock.runDir)
    cluster = new Cluster(settings, {
      runDir: lock.runDir,
      step,
      onNote: note,
      onGiveUp: (text) => {
        printError(new PlainError(text))
        end(1)
      },
    })
    await cluster.start()
    console.log(welcome(settings))
  } catch (error) {
    // What fails because everything is being stopped is no news.
    if (ending === undefined) printError(error)
    await end(1)
  }
}

async function prepare(settings, runDir) {
  const left = await endLeftovers(runDir)
  if (left.length > 0) note(`ended what an earlier start left behind: ${left.join(', ')}`)
  await requireFreePorts(settings.ports)
  await step('dependencies', async () => ((await ensureInstalled()) ? 'installed' : 'unchanged'))
  await step('build', async () => {
    const built = await ensureBuilt()
    return built.length === 0 ? 'unchanged' : built.join(', ')
  })
}

function stopOnSignals(end, killNow) {
  let count = 0
  const onSignal = () => {
    count += 1
    if (count === 1) console.log('\n  stopping …')
    else killNow()
    end(0)
  }
  // A terminal that was closed takes no more words; everything must still be stopped in order.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, onSignal)
  // `kill` of npm does not reach this process: notice that it is gone.
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    onSignal()
  }, PARENT_CHECK_MS)
  if (process.env.npm_lifecycle_event === undefined) clearInterval(timer)
}

function welcome({ urls, dataDir }) {
  const [first, ...others] = urls
  const addresses = others.filter((url) => !url.includes('//127.0.0.1:'))
  return [
    '',
    `  Cairn is running:  ${first}`,
    ...addresses.map((url) => `  in this network:   ${url}`),
    `  data and logs:     ${dataDir}`,
    '  Ctrl-C stops everything.',
    '',
  ].join('\n')
}
