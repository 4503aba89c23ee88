import { expect, it } from 'vitest'
import { filterOf, withFilter, withoutFilters } from './edit-query.ts'

it('a chip sets its filter anew and leaves the words', () => {
  expect(withFilter('tide type:video', 'type', 'type:image')).toBe('tide type:image ')
  expect(withFilter('', 'size', '>1GB')).toBe('>1GB ')
  expect(withFilter('tide after:2026-01 before:2026-02', 'date', null)).toBe('tide ')
  expect(withFilter('in:here', 'in', null)).toBe('')
})

it('what stands in quotes stays in quotes', () => {
  expect(withFilter('"site photos" tag:"two words"', 'type', 'type:image')).toBe(
    '"site photos" tag:"two words" type:image ',
  )
  expect(withFilter('"type:x"', 'type', null)).toBe('"type:x" ')
})

it('a filter is read as it stands there', () => {
  expect(filterOf('tide after:2026-01 before:2026-02', 'date')).toBe('after:2026-01 before:2026-02')
  expect(filterOf('tide', 'date')).toBeNull()
})

it('without filters only the words stay', () => {
  expect(withoutFilters('"site photos" tide in:here type:video >1GB tag:"two words"')).toBe('"site photos" tide')
  expect(withoutFilters('type:video')).toBe('')
})
