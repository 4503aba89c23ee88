import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { ensureInstalled } from './install.mjs'
import { PlainError, printError } from './plain-error.mjs'
import { root, run } from './run.mjs'

const started = Date.now()

function header(title) {
  console.log(`\n── ${title} (${Math.round((Date.now() - started) / 1000)} s)`)
}

/** Counts of a vitest JSON report. A file that could not even be loaded counts as one failure. */
export function countVitest(report) {
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  )
  return { passed: report.numPassedTests, failed: report.numFailedTests + broken.length }
}

/** Counts of a Playwright JSON report. A test that passed only when it was repeated has failed once. */
export function countPlaywright({ stats, errors }) {
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky + errors.length }
}

/** Runs a test runner that writes a JSON report to `reportFile`; its exit code and its report must agree. */
async function counted(reportFile, count, work) {
  let failure
  try {
    await work()
  } catch (error) {
    failure = error
  }
  if (!fs.existsSync(reportFile)) {
    printError(failure ?? new PlainError('no report was written'))
    return { passed: 0, failed: 1 }
  }
  const { passed, failed } = count(JSON.parse(fs.readFileSync(reportFile, 'utf8')))
  return { passed, failed: failure !== undefined && failed === 0 ? 1 : failed }
}

async function checkPart() {
  const { runChecks } = await import('./checks.mjs')
  // Checks are no tests: they count only when they fail, so that a failure is never hidden.
  return { passed: 0, failed: (await runChecks()).length }
}

function unitPart(reportsDir) {
  const report = path.join(reportsDir, 'vitest.json')
  const vitest = path.join(root, 'node_modules/vitest/vitest.mjs')
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  return counted(report, countVitest, () => run(process.execPath, [vitest, ...args]))
}

async function browserPart(reportsDir) {
  const { findBrowser } = await import('./browser.mjs')
  const browser = await findBrowser()
  console.log(`  browser: ${browser.path} (from ${browser.source})`)
  const report = path.join(reportsDir, 'playwright.json')
  const playwright = path.join(root, 'node_modules/@playwright/test/cli.js')
  const env = { CHROMIUM_PATH: browser.path, PLAYWRIGHT_JSON_OUTPUT_NAME: report }
  return counted(report, countPlaywright, () => run(process.execPath, [playwright, 'test'], env))
}

const parts = [
  { name: 'check', title: 'Checks', run: checkPart },
  { name: 'unit', title: 'Unit and daemon tests', run: unitPart },
  { name: 'browser', title: 'Browser tests', run: browserPart },
]

function chosen(args) {
  const index = args.indexOf('--only')
  if (index === -1) return parts
  const found = parts.filter(({ name }) => name === args[index + 1])
  if (found.length > 0) return found
  throw new PlainError(`--only needs one of: ${parts.map(({ name }) => name).join(', ')}.`)
}

async function runPart(part, reportsDir) {
  header(part.title)
  try {
    return await part.run(reportsDir)
  } catch (error) {
    printError(error)
    return { passed: 0, failed: 1 }
  }
}

/** Runs the parts, prints the closing line `N passed, N failed`, and returns the exit code. */
export async function runTests(args) {
  const reportsDir = fs.mkdtempSync(path.join(os.tmpdir(), 'cairn-reports-'))
  const total = { passed: 0, failed: 0 }
  try {
    const wanted = chosen(args)
    header('Dependencies and build')
    await ensureInstalled()
    const { ensureBuilt } = await import('./build.mjs')
    await ensureBuilt()
    for (const part of wanted) {
      const { passed, failed } = await runPart(part, reportsDir)
      total.passed += passed
      total.failed += failed
    }
  } catch (error) {
    printError(error)
    total.failed += 1
  } finally {
    fs.rmSync(reportsDir, { recursive: true, force: true })
  }
  console.log(`\n${total.passed} passed, ${total.failed} failed`)
  return total.failed === 0 ? 0 : 1
}
