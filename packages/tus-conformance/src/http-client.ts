import { Agent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { Violation } from './requirement.ts'

export interface HttpCall {
  method: string
  url: string
  headers?: Record<string, string>
  body?: Buffer
  /** Sent behind the body, which is chunked then. */
  trailers?: Record<string, string>
  /** Without Content-Length. */
  chunked?: boolean
  /** The connection is cut behind so many bytes of the body, once `cutWhen` resolves; the answer is null then. */
  cutAfter?: number
}

export interface HttpAnswer {
  status: number
  /** By lower-case name. */
  headers: Record<string, string>
}

/** A server that says nothing for so long is taken for one that never will. */
const ANSWER_MS_MAX = 30_000
/** A connection is cut when nothing has come for so long behind the last byte that is sent: the server has read it by then. */
const CUT_DELAY_MS = 150

/** Plain HTTP/1.1 requests with full say over headers, framing and trailers. */
export class HttpClient {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 8 })

  async send(call: HttpCall): Promise<HttpAnswer> {
    const answer = await this.#exchange(call)
    if (answer === null) throw new Violation(`${call.method} got no answer`)
    return answer
  }

  /** Sends the beginning of a body and cuts the connection. */
  async cut(call: HttpCall & { cutAfter: number }): Promise<void> {
    await this.#exchange(call)
  }

  close(): void {
    this.#agent.destroy()
  }

  #exchange(call: HttpCall): Promise<HttpAnswer | null> {
    const { method, url, body, trailers, cutAfter } = call
    const target = new URL(url)
    const isPlain = target.protocol === 'http:'
    const headers = framed(call)
    const options: RequestOptions = {
      method,
      headers,
      ...(isPlain && cutAfter === undefined && { agent: this.#agent }),
    }
    return new Promise((resolve, reject) => {
      const request = (isPlain ? httpRequest : httpsRequest)(target, options, (response) => {
        response.on('error', () => resolve(null))
        response.on('end', () => resolve(answerOf(response)))
        response.resume()
      })
      request.setTimeout(ANSWER_MS_MAX, () => request.destroy(new Error(`no answer within ${ANSWER_MS_MAX} ms`)))
      request.on('error', (error) => (cutAfter === undefined ? reject(error) : resolve(null)))
      if (cutAfter !== undefined) {
        request.write(body?.subarray(0, cutAfter) ?? Buffer.alloc(0), () => {
          setTimeout(() => request.destroy(), CUT_DELAY_MS)
        })
        return
      }
      if (trailers !== undefined) {
        request.write(body ?? Buffer.alloc(0))
        request.addTrailers(trailers)
        request.end()
      } else request.end(body)
    })
  }
}

function framed({ method, headers = {}, body, trailers, chunked }: HttpCall): Record<string, string> {
  if (trailers !== undefined) {
    return { ...headers, 'Transfer-Encoding': 'chunked', Trailer: Object.keys(trailers).join(', ') }
  }
  if (chunked === true) return { ...headers, 'Transfer-Encoding': 'chunked' }
  if (body === undefined && method !== 'POST' && method !== 'PATCH') return headers
  return { ...headers, 'Content-Length': String(body?.length ?? 0) }
}

function answerOf(response: IncomingMessage): HttpAnswer {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(response.headers)) headers[name] = String(value)
  return { status: response.statusCode ?? 0, headers }
}
