import { expect, it } from 'vitest'
import { PieceBuffers } from './piece-buffers.ts'

const PIECES_MAX = 8

it('no more buffers are out than the limit, also when somebody asks at the moment at which one comes back', async () => {
  const buffers = new PieceBuffers()
  const out = new Set<Buffer>()
  const taken: string[] = []
  const take = async (who: string) => {
    const buffer = await buffers.take()
    taken.push(who)
    expect(out.has(buffer)).toBe(false)
    out.add(buffer)
  }
  for (let n = 0; n < PIECES_MAX; n += 1) await take(`first ${n}`)
  const waiting = take('who waits')
  const [returned] = out
  if (returned === undefined) throw new Error('no buffer was taken')
  out.delete(returned)
  buffers.give(returned, true)
  const late = take('who comes late')
  await waiting
  expect(taken.slice(PIECES_MAX)).toEqual(['who waits'])
  expect(out.size).toBe(PIECES_MAX)
  const [another] = out
  if (another === undefined) throw new Error('no buffer is out')
  out.delete(another)
  buffers.give(another, false)
  await late
  expect(taken.slice(PIECES_MAX)).toEqual(['who waits', 'who comes late'])
  expect(out.size).toBe(PIECES_MAX)
})
