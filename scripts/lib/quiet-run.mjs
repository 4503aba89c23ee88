import { spawn } from 'node:child_process'
import path from 'node:path'
import { PlainError } from './plain-error.mjs'
import { root } from './run.mjs'

const OUTPUT_CHARS_MAX = 8000
const running = new Set()
// A tool must not go on installing or building after the start script was told to end.
process.on('exit', () => {
  for (const child of running) child.kill('SIGTERM')
})

/** Runs a program, in the top folder unless `cwd` says otherwise, without showing what it prints, unless it fails. */
export function runQuietly(command, args, { env = {}, cwd = root } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      // npm is a .cmd file on Windows, which only a shell can start.
      shell: process.platform === 'win32' && command === 'npm',
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    running.add(child)
    const take = (chunk) => {
      output = (output + chunk).slice(-OUTPUT_CHARS_MAX)
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    child.on('error', reject)
    child.on('close', (code, signal) => {
      running.delete(child)
      if (code === 0) resolve(output)
      else {
        const what = [path.basename(command), ...args.map((arg) => path.basename(arg))].join(' ')
        reject(new PlainError(`${what} ended with ${signal ?? code}:\n\n${output.trim()}`))
      }
    })
  })
}
