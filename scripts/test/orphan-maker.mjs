// Starts a member that ignores nothing, tells its record, and waits to be killed.
import fs from 'node:fs'
import path from 'node:path'
import { Member } from '../lib/member.mjs'

const dir = process.argv[2]
const member = new Member({
  name: 'storage1',
  args: ['-e', `console.log('{"msg":"ready"}'); setInterval(() => {}, 1000)`],
  cwd: dir,
  env: process.env,
  logFile: path.join(dir, 'storage1.log'),
  runDir: dir,
})
member.start()
await member.ready
console.log(fs.readFileSync(path.join(dir, 'storage1.json'), 'utf8'))
