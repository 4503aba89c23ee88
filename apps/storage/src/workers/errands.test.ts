import { describe, expect, it } from 'vitest'
import { ErrandSender, type Errands, OutcomeSender, type Outcomes } from './errands.ts'

describe('errands between two threads', () => {
  it('go together and come back together, each to whom it belongs', async () => {
    const messages: Errands<string>[] = []
    const answers: Outcomes<number>[] = []
    const sender = new ErrandSender<string, number>((errands) => messages.push(errands))
    const outcomes = new OutcomeSender<number>((told) => answers.push(told))
    const lengths = new Map<string, number>()
    const errand = (text: string) => sender.send(text, (length) => lengths.set(text, length))

    for (const text of ['a', 'bb']) errand(text)
    await expect.poll(() => messages.length).toBe(1)
    for (const text of ['ccc', 'dddd']) errand(text)
    await expect.poll(() => messages.length).toBe(2)

    const all = messages.flatMap(({ first, errands }) => errands.map((text, i) => ({ number: first + i, text })))
    for (const { number, text } of all.reverse()) outcomes.send(number, text.length)
    await expect.poll(() => answers.length).toBe(1)
    for (const told of answers) sender.settle(told)
    expect([...lengths].sort()).toEqual([
      ['a', 1],
      ['bb', 2],
      ['ccc', 3],
      ['dddd', 4],
    ])
  })
})
