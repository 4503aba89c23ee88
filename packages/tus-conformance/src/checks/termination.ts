import { demand, type Requirement, requirementsOf } from '../requirement.ts'
import type { TusSession } from '../session.ts'

const { must, should } = requirementsOf('termination', 'Termination › Requests › DELETE')

async function terminated(session: TusSession): Promise<string> {
  const url = await session.upload(10)
  await session.fill(url, 0, Buffer.from('hello'))
  const { status } = await session.send('DELETE', url)
  demand(status === 204, `DELETE was answered ${status}`)
  return url
}

export const termination: readonly Requirement[] = [
  must('unfinished-204', 'an unfinished upload is ended with 204', async (session) => {
    await terminated(session)
  }),
  must('complete-204', 'a complete upload is ended with 204', async (session) => {
    const url = await session.upload(5)
    await session.fill(url, 0, Buffer.from('hello'))
    const { status } = await session.send('DELETE', url)
    demand(status === 204, `DELETE of a complete upload was answered ${status}`)
  }),
  should('head-gone', 'HEAD of an ended upload is answered 404 or 410', async (session) => {
    const { status } = await session.head(await terminated(session))
    demand(status === 404 || status === 410, `HEAD was answered ${status}`)
  }),
  should('patch-gone', 'PATCH of an ended upload is answered 404 or 410', async (session) => {
    const { status } = await session.patch(await terminated(session), 5, Buffer.from('world'))
    demand(status === 404 || status === 410, `PATCH was answered ${status}`)
  }),
]
