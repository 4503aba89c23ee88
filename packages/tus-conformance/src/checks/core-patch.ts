import { demand, type Requirement, requirementsOf } from '../requirement.ts'
import { isSuccess, type TusSession } from '../session.ts'
import { unknownUpload } from './core-head.ts'

const { must, should } = requirementsOf('core', 'Core Protocol › Requests › PATCH')

/** Of the body of which the connection breaks, and of what comes before the break. */
const BROKEN_BYTES = 400_000
const CUT_AFTER = 300_000

async function halfFilled(session: TusSession): Promise<string> {
  const url = await session.upload(10)
  await session.fill(url, 0, Buffer.from('hello'))
  return url
}

async function brokenOff(session: TusSession): Promise<string> {
  const url = await session.upload(BROKEN_BYTES)
  await session.breakOff(url, Buffer.alloc(BROKEN_BYTES, 'tus'), CUT_AFTER)
  return url
}

/** A server may need a moment to see that the client is gone. */
async function offsetWhen(session: TusSession, url: string, isEnough: (offset: number) => boolean): Promise<number> {
  const offsetIn = (headers: Record<string, string>) => Number(headers['upload-offset'] ?? -1)
  return offsetIn((await session.headUntil(url, ({ headers }) => isEnough(offsetIn(headers)))).headers)
}

export const corePatch: readonly Requirement[] = [
  should('patch-applies', 'the bytes are applied at the given offset', async (session) => {
    const url = await halfFilled(session)
    await session.fill(url, 5, Buffer.from('world'))
    demand((await session.offsetOf(url)) === 10, 'two PATCHes of five bytes did not make ten')
    const content = await session.target.read?.(url)
    demand(content === undefined || content.toString() === 'helloworld', `the content is "${content}"`)
  }),
  must('patch-204', 'a successful PATCH is answered 204', async (session) => {
    const answer = await session.patch(await session.upload(5), 0, Buffer.from('hello'))
    demand(answer.status === 204, `PATCH was answered ${answer.status}`)
  }),
  must('patch-new-offset', 'the answer has the new Upload-Offset', async (session) => {
    const { headers } = await session.patch(await session.upload(10), 0, Buffer.from('hello'))
    demand(headers['upload-offset'] === '5', `Upload-Offset is ${headers['upload-offset']}, not 5`)
  }),
  must('patch-offset-is-sum', 'the new offset is the old one and the bytes received', async (session) => {
    const url = await halfFilled(session)
    const { headers } = await session.patch(url, 5, Buffer.from('wor'))
    demand(headers['upload-offset'] === '8', `5 and 3 bytes make Upload-Offset ${headers['upload-offset']}`)
    demand((await session.offsetOf(url)) === 8, 'HEAD says another offset than PATCH')
  }),
  must('patch-empty', 'a PATCH without bytes leaves the offset', async (session) => {
    const url = await halfFilled(session)
    const { status, headers } = await session.patch(url, 5, Buffer.alloc(0))
    demand(
      status === 204 && headers['upload-offset'] === '5',
      `it was answered ${status}, offset ${headers['upload-offset']}`,
    )
  }),
  must('patch-chunked', 'the bytes received count, also without Content-Length', async (session) => {
    const url = await session.upload(10)
    const { headers } = await session.patch(url, 0, Buffer.from('hello'), { chunked: true })
    demand(headers['upload-offset'] === '5', `Upload-Offset is ${headers['upload-offset']}, not 5`)
  }),
  should('patch-content-type', 'another Content-Type is answered 415', async (session) => {
    const headers = { 'Content-Type': 'application/octet-stream' }
    const { status } = await session.patch(await session.upload(5), 0, Buffer.from('hello'), { headers })
    demand(status === 415, `Content-Type application/octet-stream was answered ${status}`)
  }),
  must('patch-behind-409', 'an offset before the current one is answered 409', async (session) => {
    const { status } = await session.patch(await halfFilled(session), 0, Buffer.from('hello'))
    demand(status === 409, `offset 0 of an upload with 5 bytes was answered ${status}`)
  }),
  must('patch-ahead-409', 'an offset behind the current one is answered 409', async (session) => {
    const { status } = await session.patch(await halfFilled(session), 7, Buffer.from('rld'))
    demand(status === 409, `offset 7 of an upload with 5 bytes was answered ${status}`)
  }),
  must('patch-conflict-unmodified', 'a wrong offset does not modify the upload', async (session) => {
    const url = await halfFilled(session)
    await session.patch(url, 0, Buffer.from('HELLO'))
    await session.patch(url, 7, Buffer.from('rld'))
    demand((await session.offsetOf(url)) === 5, 'the offset has changed')
    await session.fill(url, 5, Buffer.from('world'))
    const content = await session.target.read?.(url)
    demand(content === undefined || content.toString() === 'helloworld', `the content is "${content}"`)
  }),
  should('patch-unknown', 'an unknown upload is answered 404', async (session) => {
    const { status } = await session.patch(await unknownUpload(session), 0, Buffer.from('hello'))
    demand([404, 403, 410].includes(status), `an unknown upload was answered ${status}`)
  }),
  must('patch-beyond-length', 'an upload never has more bytes than its length', async (session) => {
    const url = await session.upload(5)
    await session.patch(url, 0, Buffer.from('hello world'))
    const offset = await session.offsetOf(url)
    demand(offset <= 5, `an upload of 5 bytes has ${offset}`)
  }),
  must('patch-complete', 'a complete upload takes no more bytes', async (session) => {
    const url = await session.upload(5)
    await session.fill(url, 0, Buffer.from('hello'))
    const answer = await session.patch(url, 5, Buffer.from('!'))
    demand(!isSuccess(answer), `a sixth byte of five was answered ${answer.status}`)
    demand((await session.offsetOf(url)) === 5, 'the offset has changed')
  }),
  should('patch-broken-kept', 'what came before a connection broke is stored', async (session) => {
    const offset = await offsetWhen(session, await brokenOff(session), (at) => at >= CUT_AFTER)
    demand(offset > 0, `nothing of ${CUT_AFTER} bytes was kept`)
    demand(offset <= CUT_AFTER, `${offset} bytes were kept, and ${CUT_AFTER} sent`)
  }),
  must('patch-broken-resumes', 'an upload goes on after its connection broke', async (session) => {
    const url = await brokenOff(session)
    const offset = await offsetWhen(session, url, (at) => at >= 0)
    const rest = Buffer.alloc(BROKEN_BYTES, 'tus').subarray(offset)
    const answer = await session.patch(url, offset, rest)
    demand(
      answer.headers['upload-offset'] === String(BROKEN_BYTES),
      `going on at ${offset} was answered ${answer.status}`,
    )
  }),
]
