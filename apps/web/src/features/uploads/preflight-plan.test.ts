import { describe, expect, it } from 'vitest'
import {
  comingFiles,
  filesToSend,
  fittingCount,
  identicalFiles,
  needsDecision,
  partOf,
  type UploadPlan,
} from './preflight-plan.ts'
import type { PreflightKind } from './schema.ts'

function planOf(kinds: PreflightKind[], freeBytes = 1000): UploadPlan {
  const files = kinds.map((kind, index) => ({
    kind,
    path: '',
    file: new File([`${index}`.repeat(10)], `${index}.txt`),
  }))
  return { files, freeBytes, trashDays: 30 }
}

const namesOf = (files: { file: File }[]) => files.map(({ file }) => file.name)

describe('a drop is asked about', () => {
  it('when a name is taken, when it does not fit, or when it has 200 files', () => {
    expect(needsDecision(planOf(['new', 'taken']))).toBe(true)
    expect(needsDecision(planOf(['new', 'new'], 19))).toBe(true)
    expect(needsDecision(planOf(Array<PreflightKind>(200).fill('new'), 100_000))).toBe(true)
  })

  it('not when there is nothing to decide; identical files need no room', () => {
    expect(needsDecision(planOf(['new', 'instant', 'identical'], 20))).toBe(false)
    expect(needsDecision(planOf(Array<PreflightKind>(199).fill('new'), 100_000))).toBe(false)
  })
})

describe('what is sent', () => {
  const plan = planOf(['new', 'taken', 'identical', 'taken', 'instant'])

  it('is everything but identical files, with the decision on each taken name', () => {
    const sent = filesToSend(plan, { all: 'replace', single: new Map([[3, 'keep' as const]]) })
    expect(sent.map(({ file, conflict }) => [file.name, conflict])).toEqual([
      ['0.txt', undefined],
      ['1.txt', 'replace'],
      ['3.txt', 'keep'],
      ['4.txt', undefined],
    ])
    expect(namesOf(identicalFiles(plan))).toEqual(['2.txt'])
  })

  it('is not what another page sends: that needs neither room nor a decision, and is asked about again', () => {
    const shared = planOf(['new', 'coming', 'coming'], 10)
    expect(namesOf(filesToSend(shared, { all: 'keep', single: new Map() }))).toEqual(['0.txt'])
    expect(needsDecision(shared)).toBe(false)
    expect(comingFiles(shared).map(({ file, conflict }) => [file.name, conflict])).toEqual([
      ['1.txt', undefined],
      ['2.txt', undefined],
    ])
  })

  it('leaves out what is to be skipped', () => {
    expect(namesOf(filesToSend(plan, { all: 'skip', single: new Map() }))).toEqual(['0.txt', '4.txt'])
  })

  it('that fits is counted in the order of the files', () => {
    expect(fittingCount(filesToSend(plan, { all: 'keep', single: new Map() }), 25)).toBe(2)
    expect(partOf(plan, 'taken')).toEqual({ count: 2, bytes: 20 })
  })
})
