import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { ensureInstalled } from './install.mjs'
import { PlainError, printError } from './plain-error.mjs'
import { root, run } from './run.mjs'

const started = Date.now()

function header(title) {
  console.log(`\n── ${title} (${Math.round((Date.now() - started) / 1000)} s)`)
}

// Runners colour what they say; in a list of names that is noise.
const firstLine = (message) =>
  stripVTControlCharacters(message ?? '')
    .trim()
    .split('\n')[0]

/** Counts of a vitest JSON report, and each failure in a line. A file that could not even be loaded is one failure. */
export function countVitest(report) {
  const failures = report.testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = path.relative(root, name)
    if (status === 'failed' && assertionResults.length === 0) return [`${file}: ${firstLine(message)}`]
    return assertionResults
      .filter((test) => test.status === 'failed')
      .map((test) => `${file} › ${test.fullName}: ${firstLine(test.failureMessages[0])}`)
  })
  return { passed: report.numPassedTests, failures }
}

const specsOf = (suite) => [...(suite.specs ?? []), ...(suite.suites ?? []).flatMap(specsOf)]

/** Counts of a Playwright JSON report, and each failure in a line. What passed only when it was repeated has failed. */
export function countPlaywright({ stats, errors, suites }) {
  const failed = suites
    .flatMap(specsOf)
    .flatMap(({ title, file, line, tests }) =>
      tests
        .filter(({ status }) => status === 'unexpected' || status === 'flaky')
        .map(
          ({ results }) =>
            `e2e/${file}:${line} › ${title}: ${firstLine(results.find(({ error }) => error)?.error.message)}`,
        ),
    )
  return { passed: stats.expected, failures: [...failed, ...errors.map(({ message }) => firstLine(message))] }
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
    return { passed: 0, failures: [`${failure?.message ?? 'no report was written'}`] }
  }
  const { passed, failures } = count(JSON.parse(fs.readFileSync(reportFile, 'utf8')))
  return { passed, failures: failure !== undefined && failures.length === 0 ? [failure.message] : failures }
}

async function checkPart() {
  const { runChecks } = await import('./checks.mjs')
  // Checks are no tests: they count only when they fail, so that a failure is never hidden.
  return { passed: 0, failures: (await runChecks()).map(String) }
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
    return { passed: 0, failures: [firstLine(error.message)] }
  }
}

/** Runs the parts, prints what failed and the closing line `N passed, N failed`, and returns the exit code. */
export async function runTests(args) {
  const reportsDir = fs.mkdtempSync(path.join(os.tmpdir(), 'cairn-reports-'))
  let total = 0
  const failed = []
  try {
    const wanted = chosen(args)
    header('Dependencies and build')
    await ensureInstalled()
    const { ensureBuilt } = await import('./build.mjs')
    await ensureBuilt()
    for (const part of wanted) {
      const { passed, failures } = await runPart(part, reportsDir)
      total += passed
      failed.push(...failures)
    }
  } catch (error) {
    printError(error)
    failed.push(firstLine(error.message))
  } finally {
    fs.rmSync(reportsDir, { recursive: true, force: true })
  }
  // Again at the end, where also a log that is cut shows it.
  for (const failure of failed) console.log(`  failed: ${failure}`)
  console.log(`\n${total} passed, ${failed.length} failed`)
  return failed.length === 0 ? 0 : 1
}
