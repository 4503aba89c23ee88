import { describe, expect, it } from 'vitest'
import { cookieNames, ownOrigin } from './own-origin.ts'

const origins = ['http://localhost:3000', 'http://192.168.1.5:3000', 'https://drive.example', 'http://drive.example']

describe('the origin of a request', () => {
  it('is the one of the list that has its host', () => {
    expect(ownOrigin(new Headers({ host: '192.168.1.5:3000' }), origins)).toBe('http://192.168.1.5:3000')
  })

  it('is chosen by scheme where both are listed', () => {
    const https = new Headers({ host: 'drive.example', 'x-forwarded-proto': 'https' })
    expect(ownOrigin(https, origins)).toBe('https://drive.example')
    const http = new Headers({ host: 'drive.example', 'x-forwarded-proto': 'http' })
    expect(ownOrigin(http, origins)).toBe('http://drive.example')
  })

  it('is unknown for a host that is not listed, whatever the request claims', () => {
    expect(
      ownOrigin(new Headers({ host: 'evil.example', 'x-forwarded-host': 'evil2.example' }), origins),
    ).toBeUndefined()
    expect(ownOrigin(new Headers({ host: 'localhost:3001' }), origins)).toBeUndefined()
    expect(ownOrigin(new Headers(), origins)).toBeUndefined()
  })

  it('is taken from the proxy that knows the outer name', () => {
    const headers = new Headers({ host: '10.0.0.3:3000', 'x-forwarded-host': 'drive.example, inner' })
    expect(ownOrigin(headers, origins)).toBe('https://drive.example')
  })
})

it('cookies of two instances on one host have different names', () => {
  expect(cookieNames('http://localhost:3000').session).toBe('cairn.session.3000')
  expect(cookieNames('http://localhost').session).toBe('cairn.session.80')
  expect(cookieNames('https://drive.example:444').session).toBe('__Host-cairn.session')
})
