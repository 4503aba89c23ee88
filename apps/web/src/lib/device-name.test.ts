import { expect, test } from 'vitest'
import { deviceOf, shortAddress } from './device-name.ts'

test('a browser is called by the name that people know, not by those it pretends to be', () => {
  const edge =
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0 Safari/537.36 Edg/128.0'
  const iphone =
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1'
  const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0'
  expect(deviceOf(edge)).toEqual({ browser: 'Edge', system: 'Windows', isPhone: false })
  expect(deviceOf(iphone)).toEqual({ browser: 'Safari', system: 'iPhone', isPhone: true })
  expect(deviceOf(firefox)).toEqual({ browser: 'Firefox', system: 'Linux', isPhone: false })
  expect(deviceOf('curl/8.0')).toEqual({ browser: 'curl', system: null, isPhone: false })
  expect(deviceOf('a program')).toEqual({ browser: null, system: null, isPhone: false })
})

test('an address is shortened to where it is, not which machine', () => {
  expect(shortAddress('192.0.2.77')).toBe('192.0.2.…')
  expect(shortAddress('2001:db8:1:2:aaaa:bbbb:cccc:dddd')).toBe('2001:db8:1:2:…')
  expect(shortAddress('::1')).toBe('::1')
  expect(shortAddress('')).toBe('')
})
