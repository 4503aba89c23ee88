import { demand, type Requirement, requirementsOf } from '../requirement.ts'
import { isSuccess } from '../session.ts'

const { must, should } = requirementsOf('creation-with-upload', 'Creation With Upload')

export const creationWithUpload: readonly Requirement[] = [
  must('needs-creation', 'it is announced only beside creation', async (session) => {
    demand((await session.extensions()).has('creation'), 'creation is not in Tus-Extension')
  }),
  must('offset', 'the answer has Upload-Offset', async (session) => {
    const { status, headers } = await session.create({ length: 10, body: Buffer.from('hello') })
    demand(headers['upload-offset'] === '5', `answer ${status} has Upload-Offset ${headers['upload-offset']}, not 5`)
  }),
  must('created-201', 'the answer is 201 with the Location', async (session) => {
    session.created(await session.create({ length: 10, body: Buffer.from('hello') }))
  }),
  must('applied', 'Upload-Offset is what is stored', async (session) => {
    const url = session.created(await session.create({ length: 10, body: Buffer.from('hello') }))
    demand((await session.offsetOf(url)) === 5, 'HEAD says another offset than POST')
    await session.fill(url, 5, Buffer.from('world'))
    const content = await session.target.read?.(url)
    demand(content === undefined || content.toString() === 'helloworld', `the content is "${content}"`)
  }),
  should('whole', 'a body with all bytes completes the upload', async (session) => {
    const answer = await session.create({ length: 5, body: Buffer.from('hello') })
    demand(answer.headers['upload-offset'] === '5', `Upload-Offset is ${answer.headers['upload-offset']}`)
    demand((await session.offsetOf(session.created(answer))) === 5, 'HEAD says another offset than POST')
  }),
  should('content-type', 'a body of another Content-Type is not stored', async (session) => {
    const headers = { 'Content-Type': 'text/plain' }
    const answer = await session.create({ length: 5, body: Buffer.from('hello'), headers })
    if (!isSuccess(answer)) return
    const offset = await session.offsetOf(session.created(answer))
    demand(offset === 0, `${offset} bytes of text/plain were stored`)
  }),
  must('beyond-length', 'an upload never has more bytes than its length', async (session) => {
    const answer = await session.create({ length: 5, body: Buffer.from('hello world') })
    if (!isSuccess(answer)) return
    const offset = await session.offsetOf(session.created(answer))
    demand(offset <= 5, `an upload of 5 bytes has ${offset}`)
  }),
]
