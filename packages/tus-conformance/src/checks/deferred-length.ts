import { demand, NotTestable, type Requirement, requirementsOf } from '../requirement.ts'
import { isRefusal, isSuccess, type TusSession } from '../session.ts'

const LENGTH_MAX = 100

const { must, should } = requirementsOf('creation-defer-length', 'Creation › Requests › POST')

async function deferredUpload(session: TusSession): Promise<string> {
  const headers = { 'Upload-Defer-Length': '1' }
  return session.created(await session.create({ length: null, lengthMax: LENGTH_MAX, headers }))
}

/** Sends bytes at `offset`, and the length. */
function lengthen(session: TusSession, url: string, [offset, body]: [number, Buffer], length: number) {
  return session.patch(url, offset, body, { headers: { 'Upload-Length': String(length) } })
}

export const deferredLength: readonly Requirement[] = [
  {
    ...must('announced', 'a server that defers lengths announces it', async (session) => {
      const headers = { 'Upload-Defer-Length': '1' }
      const answer = await session.create({ length: null, lengthMax: LENGTH_MAX, headers })
      if (!isSuccess(answer)) throw new NotTestable(`Upload-Defer-Length was answered ${answer.status}`)
      demand((await session.extensions()).has('creation-defer-length'), 'it is not in Tus-Extension')
    }),
    extension: 'creation',
  },
  must('created', 'an upload without length is created with Upload-Defer-Length: 1', async (session) => {
    await deferredUpload(session)
  }),
  must('head-says-so', 'HEAD has Upload-Defer-Length: 1 while the length is unknown', async (session) => {
    const { headers } = await session.head(await deferredUpload(session))
    demand(headers['upload-defer-length'] === '1', `Upload-Defer-Length is ${headers['upload-defer-length']}`)
    demand(headers['upload-length'] === undefined, `Upload-Length is ${headers['upload-length']}`)
  }),
  must('head-still-says-so', 'HEAD has it after bytes have come', async (session) => {
    const url = await deferredUpload(session)
    await session.fill(url, 0, Buffer.from('hello'))
    const { headers } = await session.head(url)
    demand(headers['upload-defer-length'] === '1', `Upload-Defer-Length is ${headers['upload-defer-length']}`)
    demand(headers['upload-offset'] === '5', `Upload-Offset is ${headers['upload-offset']}, not 5`)
  }),
  must('length-set', 'Upload-Length of a PATCH sets the length', async (session) => {
    const url = await deferredUpload(session)
    const answer = await lengthen(session, url, [0, Buffer.from('hello')], 11)
    demand(isSuccess(answer), `PATCH with Upload-Length was answered ${answer.status}`)
    const { headers } = await session.head(url)
    demand(headers['upload-length'] === '11', `Upload-Length is ${headers['upload-length']}, not 11`)
  }),
  must('omitted-when-set', 'Upload-Defer-Length is absent once the length is known', async (session) => {
    const url = await deferredUpload(session)
    await lengthen(session, url, [0, Buffer.from('hello')], 11)
    const { headers } = await session.head(url)
    demand(headers['upload-defer-length'] === undefined, `Upload-Defer-Length is ${headers['upload-defer-length']}`)
  }),
  must('completes', 'an upload whose length is set at the end is complete', async (session) => {
    const url = await deferredUpload(session)
    await session.fill(url, 0, Buffer.from('hello'))
    const answer = await lengthen(session, url, [5, Buffer.alloc(0)], 5)
    demand(isSuccess(answer), `Upload-Length: 5 at offset 5 was answered ${answer.status}`)
    const { headers } = await session.head(url)
    demand(headers['upload-length'] === '5' && headers['upload-offset'] === '5', 'HEAD does not say 5 of 5')
  }),
  must('length-fixed', 'a length that is set is not changed', async (session) => {
    const url = await deferredUpload(session)
    await lengthen(session, url, [0, Buffer.from('hello')], 11)
    await lengthen(session, url, [5, Buffer.from('!')], 20)
    const { headers } = await session.head(url)
    demand(headers['upload-length'] === '11', `Upload-Length has become ${headers['upload-length']}`)
  }),
  must('below-offset', 'a length below the offset is not set', async (session) => {
    const url = await deferredUpload(session)
    await session.fill(url, 0, Buffer.from('hello'))
    await lengthen(session, url, [5, Buffer.alloc(0)], 3)
    const { headers } = await session.head(url)
    demand(
      headers['upload-length'] === undefined,
      `an upload with 5 bytes has Upload-Length ${headers['upload-length']}`,
    )
  }),
  should('other-value-400', 'another value of Upload-Defer-Length is answered 400', async (session) => {
    for (const value of ['0', '2', 'true']) {
      const headers = { 'Upload-Defer-Length': value }
      const { status } = await session.create({ length: null, lengthMax: LENGTH_MAX, headers })
      demand(status === 400, `Upload-Defer-Length: ${value} was answered ${status}`)
    }
  }),
  must('max-size', 'a length above Tus-Max-Size is refused when it is set', async (session) => {
    const max = Number((await session.options()).headers['tus-max-size'] ?? Number.NaN)
    if (!(max < Number.MAX_SAFE_INTEGER)) throw new NotTestable('there is no Tus-Max-Size to go beyond')
    const answer = await lengthen(session, await deferredUpload(session), [0, Buffer.from('hello')], max + 1)
    demand(isRefusal(answer), `${max + 1} bytes were answered ${answer.status}`)
  }),
]
