import type { Layout } from '@cairn/dfs-core'
import type { StreamedHandler } from '@cairn/dfs-core/server'
import type { ConnectionState, HandlerContext } from './context.ts'
import { type Finish, finisher } from './requests.ts'

/** So many buffers are kept for the next requests. */
const KEPT_MAX = 8

/**
 * A handler of a command whose bodies are large and come one after the other: they are gathered in buffers that are used again, since
 * the memory of each, made and collected, costs more than its bytes. `work` may use these until it calls `finish`, once.
 */
export function gathered<Q>(
  context: HandlerContext,
  row: { readonly request: Layout<Q> },
  bodyMax: number,
  work: (value: Q, finish: Finish) => void,
): StreamedHandler<ConnectionState> {
  const kept: Buffer[] = []
  const release = (buffer: Buffer) => {
    if (kept.length < KEPT_MAX) kept.push(buffer)
  }
  return {
    kind: 'streamed',
    bodyMax,
    begin({ command, bodyLength }, reply) {
      const buffer = kept.pop() ?? Buffer.allocUnsafeSlow(bodyMax)
      const answer = finisher(context, command, null, reply)
      let filled = 0
      return {
        headConsumed: 0,
        write(chunk) {
          filled += chunk.copy(buffer, filled)
        },
        end() {
          const finish: Finish = (error, body) => {
            answer(error, body)
            release(buffer)
          }
          try {
            work(row.request.decode(buffer.subarray(0, bodyLength)), finish)
          } catch (error) {
            finish(error)
          }
        },
        abort: () => release(buffer),
      }
    },
  }
}
