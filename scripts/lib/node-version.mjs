// No syntax newer than Node.js 14 here: an old Node.js must be able to say that it is too old.
const NODE_MIN = [20, 19]

/** True for a version such as '20.19.1' that can run Cairn. */
export function isNodeRecent(version) {
  const [major, minor] = version.split('.').map(Number)
  return major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1])
}

/** Ends the process with one sentence when this Node.js is too old. */
export function requireNode() {
  if (isNodeRecent(process.versions.node)) return
  console.error(`Cairn needs Node.js ${NODE_MIN.join('.')} or newer; this is ${process.versions.node}.`)
  process.exit(1)
}
