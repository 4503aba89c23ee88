import { expect, it } from 'vitest'
import { firstAddress } from './first-address.ts'

it.each([
  ['192.0.2.1:23000', '192.0.2.1'],
  ['192.0.2.1', '192.0.2.1'],
  ['10.0.0.1,192.0.2.1:23000', '10.0.0.1'],
  ['[2001:db8::2]:23000', '2001:db8::2'],
  ['[2001:db8::2]', '2001:db8::2'],
  ['[10.0.0.1,2001:db8::2]:23000', '10.0.0.1'],
])('of the storage id with %s the first address is %s', (host, first) => {
  expect(firstAddress(host)).toBe(first)
})
