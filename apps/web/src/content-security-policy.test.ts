import { expect, test } from 'vitest'
import { contentSecurityPolicy } from './content-security-policy.ts'

const storageOrigins = ['http://drive.example:8888', 'http://drive.example:8889']

function directive(name: string, development = false): string[] {
  const policy = contentSecurityPolicy({ nonce: 'abc', storageOrigins, development })
  const found = policy.split('; ').find((part) => part.startsWith(`${name} `))
  return found?.split(' ').slice(1) ?? []
}

test('the page talks to itself and to the storages, to nobody else', () => {
  for (const name of ['connect-src', 'img-src', 'media-src', 'frame-src']) {
    expect(directive(name)).toEqual(expect.arrayContaining(["'self'", ...storageOrigins]))
    expect(directive(name).join(' ')).not.toMatch(/\*|https?:( |$)/)
  }
})

test('scripts need the nonce; eval is for development alone', () => {
  expect(directive('script-src')).toEqual(["'self'", "'nonce-abc'", "'strict-dynamic'"])
  expect(directive('script-src', true)).toContain("'unsafe-eval'")
})

test('workers are our own files, and pages cannot compile WebAssembly', () => {
  expect(directive('worker-src')).toEqual(["'self'"])
  expect(directive('script-src')).not.toContain("'wasm-unsafe-eval'")
})

test('nobody may put the page into a frame', () => {
  expect(directive('frame-ancestors')).toEqual(["'none'"])
  expect(directive('object-src')).toEqual(["'none'"])
})
