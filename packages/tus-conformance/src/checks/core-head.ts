import { demand, type Requirement, requirementsOf } from '../requirement.ts'
import { isSuccess, type TusSession } from '../session.ts'

const { must, should } = requirementsOf('core', 'Core Protocol › Requests › HEAD')

/** The URL of an upload that was never made: one that was, with its last characters changed. */
export async function unknownUpload(session: TusSession): Promise<string> {
  const url = await session.upload(1)
  return url.slice(0, -4) + (url.endsWith('0000') ? '1111' : '0000')
}

async function expectOffset(session: TusSession, url: string, offset: number): Promise<void> {
  const { status, headers } = await session.head(url)
  demand(
    headers['upload-offset'] === String(offset),
    `HEAD ${status} has Upload-Offset ${headers['upload-offset']}, not ${offset}`,
  )
}

export const coreHead: readonly Requirement[] = [
  must('head-success', 'HEAD of an upload succeeds', async (session) => {
    const answer = await session.head(await session.upload(10))
    demand(isSuccess(answer), `HEAD was answered ${answer.status}`)
  }),
  must('head-offset-zero', 'Upload-Offset is sent when it is 0', async (session) => {
    await expectOffset(session, await session.upload(10), 0)
  }),
  must('head-offset-middle', 'Upload-Offset is sent in the middle of an upload', async (session) => {
    const url = await session.upload(10)
    await session.fill(url, 0, Buffer.from('hello'))
    await expectOffset(session, url, 5)
  }),
  must('head-offset-complete', 'Upload-Offset is sent when the upload is complete', async (session) => {
    const url = await session.upload(5)
    await session.fill(url, 0, Buffer.from('hello'))
    await expectOffset(session, url, 5)
  }),
  must('head-length', 'Upload-Length is sent when it is known', async (session) => {
    const { headers } = await session.head(await session.upload(10))
    demand(headers['upload-length'] === '10', `Upload-Length is ${headers['upload-length']}, not 10`)
  }),
  must('head-length-complete', 'Upload-Length is sent when the upload is complete', async (session) => {
    const url = await session.upload(5)
    await session.fill(url, 0, Buffer.from('hello'))
    const { headers } = await session.head(url)
    demand(headers['upload-length'] === '5', `Upload-Length is ${headers['upload-length']}, not 5`)
  }),
  must('head-no-store', 'the answer has Cache-Control: no-store', async (session) => {
    const { headers } = await session.head(await session.upload(10))
    const control = headers['cache-control'] ?? ''
    demand(/\bno-store\b/.test(control), `Cache-Control is "${control}"`)
  }),
  should('head-unknown', 'an unknown upload is answered 404, 410 or 403', async (session) => {
    const { status } = await session.head(await unknownUpload(session))
    demand([404, 410, 403].includes(status), `an unknown upload was answered ${status}`)
  }),
  should('head-unknown-no-offset', 'the answer for an unknown upload has no Upload-Offset', async (session) => {
    const { headers } = await session.head(await unknownUpload(session))
    demand(headers['upload-offset'] === undefined, `Upload-Offset is ${headers['upload-offset']}`)
  }),
]
