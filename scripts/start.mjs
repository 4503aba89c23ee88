// `npm start`: from a fresh clone to a running drive. Needs only Node.js; docs/operations.md describes every setting.
import { requireNode } from './lib/node-version.mjs'

requireNode()
const { start } = await import('./lib/start.mjs')
await start(process.env)
