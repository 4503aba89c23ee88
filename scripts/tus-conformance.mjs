#!/usr/bin/env node
// Writes docs/tus-conformance.md: what our storage and @tus/server keep of tus 1.0.0.
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { register } from 'tsx/esm/api'
import { root } from './lib/run.mjs'

register()
const { countOutcomes, runConformance } = await import('@cairn/tus-conformance')
const { startTusNodeServer } = await import('../packages/tus-conformance/test/tus-node-server.ts')
const { conformanceTarget } = await import('../apps/storage/test/http/conformance-target.ts')
const { gatewayLacks, gatewayViolates } = await import('../apps/web/test/support/gateway-tus.ts')
const { createWebKeys, newFolder, removeFolder, startWebStorage } = await import(
  '../apps/storage/test/http/web-storage.ts'
)

/** What apps/web/test/gateway-tus.test.ts holds the gateway to, in the form of a run. */
function resultsOfGateway(ours) {
  return ours.map(({ requirement }) => {
    if (gatewayLacks.includes(requirement.extension)) return { requirement, outcome: 'not testable' }
    const reason = gatewayViolates[requirement.id]
    return { requirement, reason, outcome: reason === undefined ? 'kept' : 'violated' }
  })
}

const SIGNS = { kept: 'yes', violated: '**no**', 'not testable': '–' }

async function resultsOfStorage() {
  const folder = newFolder()
  const web = createWebKeys(folder)
  const storage = await startWebStorage({ folder, uploadSizeMax: 10_000_000 })
  const results = await runConformance(conformanceTarget(storage, web, folder))
  await storage.close()
  removeFolder(folder)
  return results
}

async function resultsOfTusServer() {
  const server = await startTusNodeServer()
  const results = await runConformance(server.target)
  await server.close()
  return results
}

function summary(columns) {
  const counts = columns.map((results) => countOutcomes(results))
  const row = (name, outcome) => `| ${name} | ${counts.map((count) => count[outcome]).join(' | ')} |`
  return [
    '| | storage | gateway | @tus/server |',
    '|---|---|---|---|',
    row('kept', 'kept'),
    row('violated', 'violated'),
    row('not offered or not to be seen', 'not testable'),
  ].join('\n')
}

function table(columns) {
  const rows = columns[0].map(({ requirement: { id, level, section, demands } }, i) => {
    const signs = columns.map((results) => SIGNS[results[i].outcome])
    return `| \`${id}\` | ${level} | ${section} | ${demands} | ${signs.join(' | ')} |`
  })
  const head = '| demand | | place | the server | storage | gateway | @tus/server |'
  return [head, '|---|---|---|---|---|---|---|', ...rows].join('\n')
}

const reasons = (results) =>
  results
    .filter(({ outcome }) => outcome === 'violated')
    .map(({ requirement, reason }) => `* \`${requirement.id}\`: ${reason}`)
    .join('\n')

const ours = await resultsOfStorage()
const gateway = resultsOfGateway(ours)
const theirs = await resultsOfTusServer()
const columns = [ours, gateway, theirs]
writeFileSync(
  path.join(root, 'docs/tus-conformance.md'),
  `# What is kept of tus 1.0.0

Every MUST and SHOULD of the specification that binds servers, checked by \`packages/tus-conformance\` against a storage, against the
gateway (\`@tus/server\` over spools in a FastDFS cluster, with checks of its own around it) and against \`@tus/server\` 2.4 with its file store. Written by \`node scripts/tus-conformance.mjs\`. Against any other server:
\`npx tus-conformance URL [--header 'Authorization: …'] [--only creation/] [--json]\`.

${summary(columns)}

What the storage does otherwise, by design: a finished upload is a file, which belongs to the drive and is no longer its uploader's to
delete.

${reasons(ours)}

What the gateway does otherwise, by design; it does not speak the draft of the IETF, and joins no partial uploads:

${reasons(gateway)}

What \`@tus/server\` does otherwise:

${reasons(theirs)}

${table(columns)}
`,
)
