import net from 'node:net'
import { PlainError } from './plain-error.mjs'

/** Listens for a moment: undefined when that works, else the reason (an errno name). */
function whyNotFree(port, host) {
  return new Promise((resolve) => {
    const server = net.createServer()
    server.on('error', (error) => resolve(error.code))
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(undefined)))
  })
}

/** `count` different ports that nothing listens on now, on the loopback address. */
export async function freePorts(count) {
  const servers = Array.from({ length: count }, () => net.createServer())
  // All are open at once, so no port is given twice.
  await Promise.all(servers.map((server) => new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))))
  const ports = servers.map((server) => server.address().port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
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
