import { demand, NotTestable, type Requirement, requirementsOf } from '../requirement.ts'
import { BODY_TYPE, isSuccess, listOf, TUS, type TusSession } from '../session.ts'

const HEADERS = 'Core Protocol › Headers'

const tusVersion = requirementsOf('core', `${HEADERS} › Tus-Version`)
const tusResumable = requirementsOf('core', `${HEADERS} › Tus-Resumable`)
const tusExtension = requirementsOf('core', `${HEADERS} › Tus-Extension`)
const tusMaxSize = requirementsOf('core', `${HEADERS} › Tus-Max-Size`)
const methodOverride = requirementsOf('core', `${HEADERS} › X-HTTP-Method-Override`)
const uploadLength = requirementsOf('core', `${HEADERS} › Upload-Length`)
const uploadOffset = requirementsOf('core', `${HEADERS} › Upload-Offset`)

async function asOtherVersion(session: TusSession, version: string) {
  const url = await session.upload(10)
  const answer = await session.patch(url, 0, Buffer.from('hello'), { headers: { 'Tus-Resumable': version } })
  return { url, answer }
}

export const coreHeaders: readonly Requirement[] = [
  tusVersion.must('options-success', 'OPTIONS is answered 204 or 200 with Tus-Version', async (session) => {
    const { status, headers } = await session.options()
    demand(status === 204 || status === 200, `OPTIONS was answered ${status}`)
    demand(headers['tus-version'] !== undefined, 'the answer has no Tus-Version')
  }),
  tusVersion.must('version-list', 'Tus-Version is a comma-separated list of versions', async (session) => {
    const versions = (await session.options()).headers['tus-version']
    demand(
      listOf(versions).every((version) => /^\d+\.\d+\.\d+$/.test(version)),
      `Tus-Version is "${versions}"`,
    )
    demand(listOf(versions).includes('1.0.0'), `Tus-Version "${versions}" does not name 1.0.0`)
  }),
  tusResumable.must('options-ignores-version', 'Tus-Resumable of an OPTIONS request is ignored', async (session) => {
    const headers = { 'Tus-Resumable': '0.0.1' }
    const answer = await session.client.send({ method: 'OPTIONS', url: session.target.url, headers })
    demand(isSuccess(answer), `OPTIONS with another version was answered ${answer.status}`)
  }),
  tusResumable.must('version-in-answers', 'answers to POST, HEAD and PATCH have Tus-Resumable', async (session) => {
    const created = await session.create({ length: 5 })
    const url = session.created(created)
    const answers = {
      POST: created,
      HEAD: await session.head(url),
      PATCH: await session.patch(url, 0, Buffer.from('hello')),
    }
    for (const [method, { headers }] of Object.entries(answers)) {
      demand(
        headers['tus-resumable'] === '1.0.0',
        `the answer to ${method} has Tus-Resumable ${headers['tus-resumable']}`,
      )
    }
  }),
  tusResumable.must('version-in-refusals', 'refusals have Tus-Resumable', async (session) => {
    const url = await session.upload(5)
    const { status, headers } = await session.patch(url, 3, Buffer.from('lo'))
    demand(headers['tus-resumable'] === '1.0.0', `answer ${status} has Tus-Resumable ${headers['tus-resumable']}`)
  }),
  tusResumable.must('other-version-412', 'a version that is not supported is answered 412', async (session) => {
    const { answer } = await asOtherVersion(session, '0.2.2')
    demand(answer.status === 412, `Tus-Resumable: 0.2.2 was answered ${answer.status}`)
  }),
  tusResumable.must('other-version-names-own', 'the answer 412 has Tus-Version', async (session) => {
    const { answer } = await asOtherVersion(session, '0.2.2')
    demand(answer.headers['tus-version'] !== undefined, `answer ${answer.status} has no Tus-Version`)
  }),
  tusResumable.must('other-version-not-processed', 'a request of another version is not processed', async (session) => {
    const { url } = await asOtherVersion(session, '99.0.0')
    const offset = await session.offsetOf(url)
    demand(offset === 0, `a PATCH of version 99.0.0 moved the offset to ${offset}`)
  }),
  tusExtension.must(
    'extension-list',
    'Tus-Extension is a comma-separated list, absent when there is none',
    async (session) => {
      const extensions = (await session.options()).headers['tus-extension']
      demand(
        listOf(extensions).every((word) => /^[a-z0-9-]+$/.test(word)),
        `Tus-Extension is "${extensions}"`,
      )
    },
  ),
  tusMaxSize.must('max-size-number', 'Tus-Max-Size is a non-negative integer', async (session) => {
    const size = (await session.options()).headers['tus-max-size']
    if (size === undefined) throw new NotTestable('Tus-Max-Size is not sent')
    demand(/^\d+$/.test(size), `Tus-Max-Size is "${size}"`)
  }),
  methodOverride.must('method-override', 'the header is taken for the method of the request', async (session) => {
    const url = await session.upload(5)
    const headers = { ...BODY_TYPE, 'Upload-Offset': '0', 'X-HTTP-Method-Override': 'PATCH' }
    const answer = await session.send('POST', url, { headers, body: Buffer.from('hello') })
    demand(isSuccess(answer), `POST with X-HTTP-Method-Override: PATCH was answered ${answer.status}`)
    demand((await session.offsetOf(url)) === 5, 'it was not applied as a PATCH')
  }),
  methodOverride.must('method-override-ignores-own', 'the actual method of the request is ignored', async (session) => {
    const url = await session.upload(5)
    const headers = { ...BODY_TYPE, 'Upload-Offset': '0', 'X-HTTP-Method-Override': 'HEAD' }
    await session.send('PATCH', url, { headers, body: Buffer.from('hello') })
    demand((await session.offsetOf(url)) === 0, 'PATCH with X-HTTP-Method-Override: HEAD was applied')
  }),
  uploadLength.must('length-is-number', 'a length that is no non-negative integer is refused', async (session) => {
    for (const length of ['-1', 'abc', '1.5', '0x10', '']) {
      const headers = { ...TUS, 'Upload-Length': length }
      const answer = await session.create({ length: null, lengthMax: 10, headers })
      demand(!isSuccess(answer), `Upload-Length "${length}" was answered ${answer.status}`)
    }
  }),
  uploadOffset.must(
    'offset-is-number',
    'an offset that is no non-negative integer is refused and nothing is stored',
    async (session) => {
      const url = await session.upload(10)
      for (const offset of ['-1', 'abc', '1.5', '']) {
        const answer = await session.patch(url, offset, Buffer.from('hello'))
        demand(!isSuccess(answer), `Upload-Offset "${offset}" was answered ${answer.status}`)
      }
      demand((await session.offsetOf(url)) === 0, 'one of them was stored')
    },
  ),
]
