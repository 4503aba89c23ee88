import { demand, NotTestable, type Requirement, requirementsOf } from '../requirement.ts'
import type { TusSession } from '../session.ts'

const { must, should } = requirementsOf('expiration', 'Expiration › Headers › Upload-Expires')

/** RFC 7231, 7.1.1.1: the one form that is sent. */
const IMF_FIXDATE = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/

async function expired(session: TusSession): Promise<string> {
  const { expire } = session.target
  if (expire === undefined) throw new NotTestable('nothing makes an upload expire at once')
  const url = await session.upload(10)
  await session.fill(url, 0, Buffer.from('hello'))
  await expire(url)
  return url
}

export const expiration: readonly Requirement[] = [
  must('in-patch', 'answers to PATCH have Upload-Expires while bytes are missing', async (session) => {
    const { headers } = await session.fill(await session.upload(10), 0, Buffer.from('hello'))
    demand(headers['upload-expires'] !== undefined, 'the answer has no Upload-Expires')
  }),
  must('in-creation', 'the answer to POST has Upload-Expires when it is known', async (session) => {
    const created = await session.create({ length: 10 })
    const patched = await session.fill(session.created(created), 0, Buffer.alloc(0))
    if (patched.headers['upload-expires'] === undefined) throw new NotTestable('it is not known at once')
    demand(created.headers['upload-expires'] !== undefined, 'an empty PATCH has Upload-Expires, the POST had none')
  }),
  must('date', 'Upload-Expires is a date of RFC 7231', async (session) => {
    const { headers } = await session.fill(await session.upload(10), 0, Buffer.from('hello'))
    const date = headers['upload-expires'] ?? ''
    demand(IMF_FIXDATE.test(date) && !Number.isNaN(Date.parse(date)), `Upload-Expires is "${date}"`)
  }),
  must('future', 'Upload-Expires is the time after which an upload expires', async (session) => {
    const { headers } = await session.fill(await session.upload(10), 0, Buffer.from('hello'))
    const date = headers['upload-expires'] ?? ''
    demand(Date.parse(date) > Date.now(), `Upload-Expires is "${date}" for an upload that is there`)
  }),
  should('gone', 'an upload that has expired is answered 404 or 410', async (session) => {
    const { status } = await session.patch(await expired(session), 5, Buffer.from('world'))
    demand(status === 404 || status === 410, `PATCH of an expired upload was answered ${status}`)
  }),
]
