// House rules that no ready-made tool checks: names, words, and documents that must agree with the code.
import fs from 'node:fs'
import path from 'node:path'
import { root } from './run.mjs'
import { KNOWN_SETTINGS } from './settings.mjs'

const CODE = /\.(ts|tsx|mjs|cjs)$/
const TEST = /(\.(test|spec)\.tsx?$|\/test\/|^e2e\/)/
const BINARY = /\.(png|jpg|webp|woff2?|ico|bin|gz|dat)$/
const BANNED_NAME = /(^|\/)(utils?|helpers?|common|misc|types)(\/|\.[a-z]+$)/
// The rules themselves spell out what they forbid.
const RULES_THEMSELVES = new Set(['scripts/lib/tidy.mjs', 'scripts/test/tidy.test.ts', 'docs/STYLE.md'])

const lineRules = [
  { in: CODE, match: /\bfor now\b/i, say: '"for now": say what holds, or open an issue' },
  { in: CODE, match: /\bin a real\b/i, say: '"in a real …": this is the real one' },
  { in: CODE, match: /\b(FIXME|XXX|HACK)\b/, say: 'put it right, or open an issue' },
  { in: CODE, match: /\bTODO\b(?!\(#\d+\))/, say: 'TODO needs an issue: TODO(#12)' },
  { in: CODE, match: /^\s*\/\/\s*[-=*#]{8,}\s*$/, say: 'no banners' },
  { in: CODE, match: /@ts-(ignore|nocheck)/, say: 'no switched-off types' },
  { in: /\.tsx?$/, match: /^\s*\*\s*@param\b/, say: 'types tell the parameters; write a sentence' },
  {
    in: /^(?!.*(\.test\.|\/test\/)).*\.tsx?$/,
    match: /\bas unknown as\b/,
    unlessCommented: true,
    say: 'a cast around the types needs its reason in the line above',
  },
  { in: TEST, match: /\bvi\.mock\(\s*['"](\.|@cairn)/, say: 'no mock of our own parts' },
  { in: TEST, match: /\.toBeDefined\(\)\s*;?\s*$/, say: 'toBeDefined() proves nothing: compare a value' },
  { in: TEST, match: /\b(it|test|describe)\.(only|skip)\b/, say: 'every test runs' },
  { in: /./, match: /(^|[\s'"`(])\/(work|root)\//, say: 'a path of one machine' },
]

const NOT_OURS = new Set(['node_modules', 'dist', 'generated', 'test-results', 'playwright-report', 'results'])

/** Every text file of the project, also those that are not committed yet. */
function* ourFiles(dir = '') {
  for (const entry of fs.readdirSync(path.join(root, dir), { withFileTypes: true })) {
    const name = path.posix.join(dir, entry.name)
    const isHidden = entry.name.startsWith('.') && entry.name !== '.ci' && entry.name !== '.dependency-cruiser.cjs'
    if (NOT_OURS.has(entry.name) || isHidden) continue
    if (entry.isDirectory()) yield* ourFiles(name)
    else if (entry.isFile() && !BINARY.test(name) && name !== 'pnpm-lock.yaml') yield name
  }
}

/** What is wrong with one file, as `name:line sentence`. */
export function problemsOf(name, text) {
  const problems = []
  if (CODE.test(name) && BANNED_NAME.test(name)) problems.push(`${name} names no subject: call it after what is in it`)
  if (RULES_THEMSELVES.has(name)) return problems
  const lines = text.split('\n')
  const rules = lineRules.filter((rule) => rule.in.test(name))
  for (const [index, line] of lines.entries()) {
    const isCommented = /^\s*(\/\/|\*)/.test(lines[index - 1] ?? '')
    for (const { match, say, unlessCommented } of rules) {
      if (match.test(line) && !(unlessCommented && isCommented)) problems.push(`${name}:${index + 1} ${say}`)
    }
  }
  return problems
}

/** Conf keys that a source names: words in quotes, alone or in a list, that look like FastDFS's keys. */
export function confKeysIn(source) {
  const words = [...source.matchAll(/(['"`])([a-z0-9_ ]+)\1/g)].flatMap(([, , text]) => text.split(' '))
  return [...new Set(words.filter((word) => /^[a-z]+(_[a-z0-9]+)+$/.test(word)))]
}

const CONF_SOURCES = ['apps/tracker/src/config.ts', 'apps/storage/src/config.ts', 'apps/storage/src/known-keys.ts']

function undocumented() {
  const page = fs.readFileSync(path.join(root, 'docs/operations.md'), 'utf8')
  const keys = CONF_SOURCES.flatMap((file) => confKeysIn(fs.readFileSync(path.join(root, file), 'utf8')))
  return [...new Set([...keys, ...KNOWN_SETTINGS])]
    .filter((key) => !page.includes(`\`${key}\``))
    .map((key) => `docs/operations.md does not name ${key}`)
}

/** Files that a document names in `code` but that are not there: it describes a tree of the past. */
export function staleNames(document, files) {
  const named = [...document.matchAll(/`([\w./-]+\.(?:tsx?|mjs))`/g)].map(([, name]) => name)
  return named.filter((name) => !files.some((file) => file === name || file.endsWith(`/${name}`)))
}

/** Throws with one line per problem. */
export function tidy() {
  const files = [...ourFiles()]
  const problems = files.flatMap((name) => problemsOf(name, fs.readFileSync(path.join(root, name), 'utf8')))
  problems.push(...undocumented())
  const architecture = fs.readFileSync(path.join(root, 'ARCHITECTURE.md'), 'utf8')
  problems.push(...staleNames(architecture, files).map((name) => `ARCHITECTURE.md names ${name}, which is not there`))
  if (problems.length > 0) throw new Error(problems.join('\n'))
  return `${files.length} files`
}
