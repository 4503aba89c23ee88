import { randomInt } from 'node:crypto'
import net from 'node:net'
import { PlainError } from './plain-error.mjs'

/** Listens for a moment: undefined when that works, else the reason (an errno name). */
export function whyNotFree(port, host) {
  return new Promise((resolve) => {
    const server = net.createServer()
    server.on('error', (error) => resolve(error.code))
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(undefined)))
  })
}

// Below the ports that systems give to outgoing connections (Linux from 32768): what is found free now cannot become the
// own end of somebody's connection before it is listened on.
const FIRST_PORT = 12_000
const END_OF_PORTS = 32_000

// Each process looks in a part of its own, and gives no port twice: what one has found and does not listen on yet, or not
// now, looks free to the others.
const PARTS = 32
const PART = (END_OF_PORTS - FIRST_PORT) / PARTS
const given = new Set()

/** `count` different ports that nothing listens on now, on the loopback address. */
export async function freePorts(count) {
  const first = FIRST_PORT + (process.pid % PARTS) * PART
  const ports = new Set()
  while (ports.size < count) {
    if (given.size > PART / 2) given.clear()
    const port = first + randomInt(PART)
    if (given.has(port)) continue
    given.add(port)
    if ((await whyNotFree(port, '127.0.0.1')) === undefined) ports.add(port)
  }
  return [...ports]
}

function sentenceFor({ port, host, purpose, variable, reason }) {
  if (reason === 'EACCES') return `port ${port} (${purpose}) needs more rights than this user has: change ${variable}`
  if (reason === 'EADDRNOTAVAIL' || reason === 'ENOTFOUND') {
    return `${host} is not an address of this machine: change CAIRN_HOST`
  }
  return `port ${port} (${purpose}) is in use: change ${variable}`
}

/** Throws one sentence that names every port that cannot be used and the variable that changes it. */
export async function requireFreePorts(ports) {
  const busy = []
  for (const wanted of ports) {
    const reason = await whyNotFree(wanted.port, wanted.host)
    if (reason !== undefined) busy.push({ ...wanted, reason })
  }
  if (busy.length === 0) return
  const sentences = [...new Set(busy.map(sentenceFor))]
  const taken = busy.find(({ reason, variable }) => reason === 'EADDRINUSE' && variable.endsWith('PORT'))
  const example = taken === undefined ? '' : `, for example ${taken.variable}=${taken.port + 1000}`
  throw new PlainError(`Cannot start: ${sentences.join('; ')}${example}.`)
}
