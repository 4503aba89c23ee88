import { demand, NotTestable, type Requirement, requirementsOf } from '../requirement.ts'
import { isRefusal, isSuccess, TUS, type TusSession } from '../session.ts'

const extension = requirementsOf('creation', 'Creation')
const post = requirementsOf('creation', 'Creation › Requests › POST')
const uploadMetadata = requirementsOf('creation', 'Creation › Headers › Upload-Metadata')

const METADATA = 'filename d29ybGRfZG9taW5hdGlvbl9wbGFuLnBkZg==,is_confidential'

async function metadataOf(session: TusSession, url: string): Promise<string | undefined> {
  return (await session.head(url)).headers['upload-metadata']
}

/** Pairs in any order; a key without a value may keep or leave out its space. */
function pairsOf(metadata: string | undefined): string {
  const pairs = (metadata ?? '').split(',').map((pair) => pair.trim())
  return pairs.sort().join(',')
}

export const creation: readonly Requirement[] = [
  {
    ...extension.must('announced', 'a server that creates uploads announces it', async (session) => {
      const answer = await session.create({ length: 1 })
      if (!isSuccess(answer)) throw new NotTestable(`POST was answered ${answer.status}`)
      demand((await session.extensions()).has('creation'), 'creation is not in Tus-Extension')
    }),
    extension: 'core',
  },
  post.must('created-201', 'a creation is answered 201', async (session) => {
    const { status } = await session.create({ length: 10 })
    demand(status === 201, `POST was answered ${status}`)
  }),
  post.must('location', 'Location is the URL of the upload', async (session) => {
    const answer = await session.head(await session.upload(10))
    demand(isSuccess(answer), `HEAD of the Location was answered ${answer.status}`)
  }),
  post.must('location-own', 'each creation makes an upload of its own', async (session) => {
    const [first, second] = [await session.upload(10), await session.upload(10)]
    await session.fill(first, 0, Buffer.from('hello'))
    demand((await session.offsetOf(second)) === 0, 'bytes of one upload appeared in another')
  }),
  post.must('length-needed', 'a creation without a length is refused', async (session) => {
    const answer = await session.create({ length: null, lengthMax: 10 })
    demand(isRefusal(answer), `POST without length was answered ${answer.status}`)
  }),
  post.must('empty', 'an upload of no bytes is created and complete', async (session) => {
    const url = await session.upload(0)
    const { headers } = await session.head(url)
    demand(headers['upload-length'] === '0', `Upload-Length is ${headers['upload-length']}`)
    demand(headers['upload-offset'] === '0', `Upload-Offset is ${headers['upload-offset']}`)
  }),
  post.must('too-large-413', 'a length above Tus-Max-Size is answered 413', async (session) => {
    const max = Number((await session.options()).headers['tus-max-size'] ?? Number.NaN)
    if (!(max < Number.MAX_SAFE_INTEGER)) throw new NotTestable('there is no Tus-Max-Size to go beyond')
    const { status } = await session.create({ length: max + 1 })
    demand(status === 413, `${max + 1} bytes were answered ${status}`)
  }),
  post.must('metadata-returned', 'HEAD has the Upload-Metadata of the creation', async (session) => {
    const metadata = await metadataOf(session, await session.upload(10, { 'Upload-Metadata': METADATA }))
    demand(pairsOf(metadata) === pairsOf(METADATA), `Upload-Metadata is "${metadata}"`)
  }),
  post.must('metadata-kept', 'Upload-Metadata is still there when the upload is complete', async (session) => {
    const url = await session.upload(5, { 'Upload-Metadata': METADATA })
    await session.fill(url, 0, Buffer.from('hello'))
    const metadata = await metadataOf(session, url)
    demand(pairsOf(metadata) === pairsOf(METADATA), `Upload-Metadata is "${metadata}"`)
  }),
  uploadMetadata.must('metadata-absent', 'an upload without metadata has no Upload-Metadata', async (session) => {
    const metadata = await metadataOf(session, await session.upload(10))
    demand(metadata === undefined, `Upload-Metadata is "${metadata}"`)
  }),
  uploadMetadata.should('metadata-validated', 'metadata that is none is refused or not sent back', async (session) => {
    for (const bad of ['filename not*base64', 'key aGk=,key aGk=', ' aGk=', ',,', 'a b c']) {
      const answer = await session.create({ length: 10, headers: { ...TUS, 'Upload-Metadata': bad } })
      if (isRefusal(answer)) continue
      const metadata = await metadataOf(session, session.created(answer))
      demand(metadata !== bad, `"${bad}" was taken and sent back`)
    }
  }),
]
