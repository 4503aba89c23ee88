import { expect, test } from 'vitest'
import { csvLine } from './csv.ts'

test.each(['=1+1', '+49 30', '-2', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '＝1+1', '＠SUM(A1)'])(
  '%j cannot become a formula',
  (text) => {
    expect(csvLine([text]).replaceAll('"', '')).toBe(`'${text}\r\n`)
  },
)

test('numbers stay numbers, negative ones too', () => {
  expect(csvLine([-2, 0, 1.5, true, null])).toBe('-2,0,1.5,true,\r\n')
})

test('commas, quotes and line breaks stay inside their cell', () => {
  expect(csvLine(['a,b', 'say "hi"', 'two\nlines', 'plain'])).toBe('"a,b","say ""hi""","two\nlines",plain\r\n')
})

test('an e-mail and a Chinese name are left as they are', () => {
  expect(csvLine(['mei@example.org', '项目计划书'])).toBe('mei@example.org,项目计划书\r\n')
})
