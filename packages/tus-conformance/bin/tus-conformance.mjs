#!/usr/bin/env node
// Node.js reads no TypeScript before 22.18.
import { register } from 'tsx/esm/api'

register()
const { main } = await import('../src/cli.ts')
process.exitCode = await main(process.argv.slice(2), (text) => process.stdout.write(`${text}\n`))
