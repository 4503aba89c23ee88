import { describe, expect, it } from 'vitest'
import { deviceText, shortAddress } from './access-log.ts'

describe('the access log', () => {
  it.each([
    ['203.0.113.77', '203.0.113.…'],
    ['2001:db8:7:42::1', '2001:db8:7:…'],
    ['', ''],
  ])('keeps of %j only %j', (ip, shown) => {
    expect(shortAddress(ip)).toBe(shown)
  })

  it.each([
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0',
      'Edge · Windows',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Safari/604.1',
      'Safari · iPhone',
    ],
    [
      'Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36 MicroMessenger/8.0',
      'WeChat · Android',
    ],
    ['curl/8.5.0', 'curl'],
    ['', ''],
  ])('calls %j %j', (userAgent, device) => {
    expect(deviceText(userAgent)).toBe(device)
  })
})
