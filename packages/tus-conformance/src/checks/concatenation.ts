import type { HttpAnswer } from '../http-client.ts'
import { demand, NotTestable, type Requirement, requirementsOf } from '../requirement.ts'
import { isRefusal, isSuccess, type TusSession } from '../session.ts'

const { must, should } = requirementsOf('concatenation', 'Concatenation')

const PARTIAL = { 'Upload-Concat': 'partial' }

async function partial(session: TusSession, content: string, headers: Record<string, string> = {}): Promise<string> {
  const url = await session.upload(content.length, { ...PARTIAL, ...headers })
  await session.fill(url, 0, Buffer.from(content))
  return url
}

function join(session: TusSession, urls: string[], length: number, headers: Record<string, string> = {}) {
  const list = urls.map((url) => new URL(url).pathname).join(' ')
  return session.create({ length: null, lengthMax: length, headers: { ...headers, 'Upload-Concat': `final;${list}` } })
}

/** `hello` and ` world`, in this order. */
async function joined(session: TusSession): Promise<{ answer: HttpAnswer; url: string; parts: string[] }> {
  const parts = [await partial(session, 'hello'), await partial(session, ' world')]
  const answer = await join(session, parts, 11)
  return { answer, url: session.created(answer), parts }
}

/** HEAD of a final upload when the joining has ended: a server may join in the background. */
function headWhenJoined(session: TusSession, url: string): Promise<HttpAnswer> {
  return session.headUntil(url, ({ headers }) => {
    return headers['upload-offset'] !== undefined && headers['upload-offset'] === headers['upload-length']
  })
}

export const concatenation: readonly Requirement[] = [
  must('partial-created', 'a partial upload is created', async (session) => {
    await session.upload(5, PARTIAL)
  }),
  must('partial-offset', 'HEAD of a partial upload has Upload-Offset', async (session) => {
    const { headers } = await session.head(await partial(session, 'hello'))
    demand(headers['upload-offset'] === '5', `Upload-Offset is ${headers['upload-offset']}, not 5`)
  }),
  must('partial-says-so', 'HEAD of a partial upload has Upload-Concat: partial', async (session) => {
    const { headers } = await session.head(await session.upload(5, PARTIAL))
    demand(headers['upload-concat'] === 'partial', `Upload-Concat is "${headers['upload-concat']}"`)
  }),
  must('complete-partial-says-so', 'HEAD of a complete partial upload has it too', async (session) => {
    const { headers } = await session.head(await partial(session, 'hello'))
    demand(headers['upload-concat'] === 'partial', `Upload-Concat is "${headers['upload-concat']}"`)
  }),
  must('final-created', 'complete partial uploads are joined', async (session) => {
    await joined(session)
  }),
  must('final-length', 'the length is the sum of those of the partial uploads', async (session) => {
    const { headers } = await session.head((await joined(session)).url)
    demand(headers['upload-length'] === '11', `5 and 6 bytes make Upload-Length ${headers['upload-length']}`)
  }),
  must('final-concat', 'HEAD has the Upload-Concat of the creation', async (session) => {
    const { url, parts } = await joined(session)
    const wanted = `final;${parts.map((part) => new URL(part).pathname).join(' ')}`
    const { headers } = await session.head(url)
    demand(headers['upload-concat'] === wanted, `Upload-Concat is "${headers['upload-concat']}", not "${wanted}"`)
  }),
  must('final-offset', 'after the joining Upload-Offset and Upload-Length are equal', async (session) => {
    const { status, headers } = await headWhenJoined(session, (await joined(session)).url)
    demand(headers['upload-offset'] === '11', `HEAD ${status} has Upload-Offset ${headers['upload-offset']}, not 11`)
  }),
  must('final-concat-kept', 'HEAD has it after the joining too', async (session) => {
    const { headers } = await headWhenJoined(session, (await joined(session)).url)
    demand(headers['upload-concat']?.startsWith('final;') === true, `Upload-Concat is "${headers['upload-concat']}"`)
  }),
  should('final-no-early-offset', 'before the end of the joining there is no Upload-Offset', async (session) => {
    const { headers } = await session.head((await joined(session)).url)
    const offset = headers['upload-offset']
    demand(
      offset === undefined || offset === headers['upload-length'],
      `Upload-Offset is ${offset} of ${headers['upload-length']}`,
    )
  }),
  must('order', 'the partial uploads are joined in the order of the list', async (session) => {
    const { read } = session.target
    if (read === undefined) throw new NotTestable('nothing reads the content')
    const parts = [await partial(session, ' world'), await partial(session, 'hello')]
    const url = session.created(await join(session, parts.reverse(), 11))
    await headWhenJoined(session, url)
    const content = await read(url)
    demand(content.toString() === 'hello world', `the content is "${content}"`)
  }),
  must('absolute-urls', 'the list may have absolute URLs', async (session) => {
    const parts = [await partial(session, 'hello'), await partial(session, ' world')]
    const headers = { 'Upload-Concat': `final;${parts.join(' ')}` }
    const answer = await session.create({ length: null, lengthMax: 11, headers })
    demand(answer.status === 201, `absolute URLs were answered ${answer.status}`)
  }),
  must('final-patch-403', 'PATCH of a final upload is answered 403', async (session) => {
    const { status } = await session.patch((await joined(session)).url, 11, Buffer.from('!'))
    demand(status === 403, `PATCH of a final upload was answered ${status}`)
  }),
  must('final-not-modified', 'PATCH of a final upload modifies nothing', async (session) => {
    const { url } = await joined(session)
    await session.patch(url, 11, Buffer.from('!'))
    const { headers } = await headWhenJoined(session, url)
    demand(headers['upload-length'] === '11' && headers['upload-offset'] === '11', 'HEAD no longer says 11 of 11')
  }),
  must('unfinished-announced', 'partial uploads in progress are joined only if that is announced', async (session) => {
    if ((await session.extensions()).has('concatenation-unfinished')) throw new NotTestable('it is announced')
    const answer = await join(session, [await session.upload(5, PARTIAL)], 5)
    demand(!isSuccess(answer), `joining an empty partial upload was answered ${answer.status}`)
  }),
  must('unknown-partial', 'what is not there is not joined', async (session) => {
    const url = await partial(session, 'hello')
    const answer = await join(session, [url, `${url.slice(0, -4)}0000`], 10)
    demand(isRefusal(answer), `joining an unknown upload was answered ${answer.status}`)
  }),
  must('only-partials', 'the list names partial uploads, and no others', async (session) => {
    const url = await session.upload(5)
    await session.fill(url, 0, Buffer.from('hello'))
    const answer = await join(session, [url], 5)
    demand(isRefusal(answer), `joining an upload that is not partial was answered ${answer.status}`)
  }),
  must('other-value', 'Upload-Concat is partial, or final with a list', async (session) => {
    for (const value of ['half', 'final', 'final;', 'partial;/files/a']) {
      const answer = await session.create({ length: 5, headers: { 'Upload-Concat': value } })
      demand(isRefusal(answer), `Upload-Concat: ${value} was answered ${answer.status}`)
    }
  }),
  must('metadata-not-transferred', 'metadata of partial uploads stays with them', async (session) => {
    const url = await partial(session, 'hello', { 'Upload-Metadata': 'part b25l' })
    const final = session.created(await join(session, [url], 5))
    const { headers } = await session.head(final)
    demand(headers['upload-metadata'] === undefined, `Upload-Metadata is "${headers['upload-metadata']}"`)
  }),
  should('metadata-of-final', 'a final upload has the metadata of its own creation', async (session) => {
    const metadata = 'whole eWVz'
    const final = session.created(
      await join(session, [await partial(session, 'hello')], 5, { 'Upload-Metadata': metadata }),
    )
    const { headers } = await session.head(final)
    demand(headers['upload-metadata'] === metadata, `Upload-Metadata is "${headers['upload-metadata']}"`)
  }),
]
