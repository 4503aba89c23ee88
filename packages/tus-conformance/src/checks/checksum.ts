import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { demand, NotTestable, type Requirement, requirementsOf } from '../requirement.ts'
import { isRefusal, isSuccess, listOf, type TusSession } from '../session.ts'

const { must, may } = requirementsOf('checksum', 'Checksum')
const trailer = requirementsOf('checksum-trailer', 'Checksum')

const HELLO = Buffer.from('hello')
const WORLD = Buffer.from('world')

/** Base64 of the digest; null for an algorithm that Node.js does not know. CRC-32 is its four bytes, the highest first. */
function digest(algorithm: string, bytes: Buffer): string | null {
  if (algorithm === 'crc32') {
    const value = Buffer.alloc(4)
    value.writeUInt32BE(crc32(bytes))
    return value.toString('base64')
  }
  try {
    return createHash(algorithm).update(bytes).digest('base64')
  } catch {
    return null
  }
}

const checksumOf = (algorithm: string, bytes: Buffer) => `${algorithm} ${digest(algorithm, bytes) ?? ''}`

function patchWith(session: TusSession, url: string, checksum: string) {
  return session.patch(url, 0, HELLO, { headers: { 'Upload-Checksum': checksum } })
}

function patchTrailed(session: TusSession, url: string, checksum: string) {
  return session.patch(url, 0, HELLO, { trailers: { 'Upload-Checksum': checksum } })
}

async function algorithms(session: TusSession): Promise<string[]> {
  return listOf((await session.options()).headers['tus-checksum-algorithm'])
}

export const checksum: readonly Requirement[] = [
  must('algorithms-listed', 'OPTIONS has Tus-Checksum-Algorithm', async (session) => {
    demand((await algorithms(session)).length > 0, 'the answer to OPTIONS has no Tus-Checksum-Algorithm')
  }),
  must('algorithm-names', 'names of algorithms are ASCII without upper case', async (session) => {
    const names = await algorithms(session)
    demand(
      names.every((name) => /^[\x21-\x2b\x2d-\x40\x5b-\x7e]+$/.test(name)),
      `they are "${names.join(',')}"`,
    )
  }),
  must('sha1', 'sha1 is supported', async (session) => {
    demand((await algorithms(session)).includes('sha1'), 'Tus-Checksum-Algorithm does not name sha1')
    const { status } = await patchWith(session, await session.upload(10), checksumOf('sha1', HELLO))
    demand(status === 204, `the right sha1 was answered ${status}`)
  }),
  must('right-applied', 'a right checksum of each algorithm is accepted', async (session) => {
    for (const algorithm of await algorithms(session)) {
      if (digest(algorithm, HELLO) === null) continue
      const url = await session.upload(10)
      const { status } = await patchWith(session, url, checksumOf(algorithm, HELLO))
      demand(status === 204 && (await session.offsetOf(url)) === 5, `the right ${algorithm} was answered ${status}`)
    }
  }),
  must('wrong-refused', 'a checksum is verified', async (session) => {
    for (const algorithm of await algorithms(session)) {
      if (digest(algorithm, HELLO) === null) continue
      const answer = await patchWith(session, await session.upload(10), checksumOf(algorithm, WORLD))
      demand(!isSuccess(answer), `a wrong ${algorithm} was answered ${answer.status}`)
    }
  }),
  may('wrong-460', 'a wrong checksum is answered 460', async (session) => {
    const { status } = await patchWith(session, await session.upload(10), checksumOf('sha1', WORLD))
    demand(status === 460, `a wrong sha1 was answered ${status}`)
  }),
  must('wrong-discarded', 'a chunk with a wrong checksum is discarded', async (session) => {
    const url = await session.upload(10)
    await session.fill(url, 0, HELLO)
    await session.patch(url, 5, WORLD, { headers: { 'Upload-Checksum': checksumOf('sha1', HELLO) } })
    demand((await session.offsetOf(url)) === 5, 'the offset was updated')
    await session.fill(url, 5, Buffer.from('WORLD'))
    const content = await session.target.read?.(url)
    demand(content === undefined || content.toString() === 'helloWORLD', `the content is "${content}"`)
  }),
  may('unknown-400', 'an algorithm that is not supported is answered 400', async (session) => {
    const { status } = await patchWith(session, await session.upload(10), 'whirl9 aGVsbG8=')
    demand(status === 400, `the algorithm whirl9 was answered ${status}`)
  }),
  must('unknown-discarded', 'a chunk with an unknown algorithm is discarded', async (session) => {
    const url = await session.upload(10)
    await patchWith(session, url, 'whirl9 aGVsbG8=')
    demand((await session.offsetOf(url)) === 0, 'the offset was updated')
  }),
  must('malformed-refused', 'a header that is not an algorithm and a base64 digest is refused', async (session) => {
    for (const bad of ['sha1', 'sha1 ', 'sha1 !!!', `sha1 ${digest('sha1', HELLO)?.slice(0, 12)}`]) {
      const url = await session.upload(10)
      const answer = await patchWith(session, url, bad)
      demand(isRefusal(answer), `Upload-Checksum "${bad}" was answered ${answer.status}`)
      demand((await session.offsetOf(url)) === 0, `the chunk with Upload-Checksum "${bad}" was stored`)
    }
  }),
  must('creation', 'the checksum of a body that comes with the creation is verified', async (session) => {
    await session.needs('creation-with-upload')
    const headers = { 'Upload-Checksum': checksumOf('sha1', WORLD) }
    const answer = await session.create({ length: 10, body: HELLO, headers })
    if (!isSuccess(answer)) return
    const offset = await session.offsetOf(session.created(answer))
    demand(offset === 0, `${offset} bytes with a wrong checksum were stored`)
  }),
  trailer.must('needs-checksum', 'it is announced beside checksum', async (session) => {
    demand((await session.extensions()).has('checksum'), 'checksum is not in Tus-Extension')
  }),
  trailer.must('right-applied', 'a right checksum in the trailer is accepted', async (session) => {
    const url = await session.upload(10)
    const { status } = await patchTrailed(session, url, checksumOf('sha1', HELLO))
    demand(status === 204 && (await session.offsetOf(url)) === 5, `the right sha1 was answered ${status}`)
  }),
  trailer.must('wrong-discarded', 'a chunk with a wrong checksum in the trailer is discarded', async (session) => {
    const url = await session.upload(10)
    const answer = await patchTrailed(session, url, checksumOf('sha1', WORLD))
    demand(!isSuccess(answer), `a wrong sha1 was answered ${answer.status}`)
    demand((await session.offsetOf(url)) === 0, 'the offset was updated')
  }),
  trailer.must(
    'unknown-discarded',
    'a chunk with an unknown algorithm in the trailer is discarded',
    async (session) => {
      const url = await session.upload(10)
      await patchTrailed(session, url, 'whirl9 aGVsbG8=')
      demand((await session.offsetOf(url)) === 0, 'the offset was updated')
    },
  ),
  {
    ...trailer.must('announced', 'a server that verifies trailers announces it', async (session) => {
      const answer = await patchTrailed(session, await session.upload(10), checksumOf('sha1', WORLD))
      if (answer.status !== 460) throw new NotTestable('checksums in trailers are not verified')
      demand((await session.extensions()).has('checksum-trailer'), 'it is not in Tus-Extension')
    }),
    extension: 'checksum',
  },
]
