import { expect, it } from 'vitest'
import { storageOrigin } from './storage-url.ts'

const storage = { storageId: '100001', ip: '10.0.0.7', httpPort: 8888 }
const around = { setting: undefined, requestHost: 'drive.lan', ownAddresses: new Set(['10.0.0.2']) }

it('without a setting a storage is reached at its own address', () => {
  expect(storageOrigin(storage, around)).toBe('http://10.0.0.7:8888')
  expect(storageOrigin({ ...storage, ip: 'fd00::7' }, around)).toBe('http://[fd00::7]:8888')
})

it('without a setting a storage on this machine is reached under the host name that the browser used', () => {
  expect(storageOrigin({ ...storage, ip: '127.0.0.1' }, around)).toBe('http://drive.lan:8888')
  expect(storageOrigin({ ...storage, ip: '10.0.0.2', httpPort: 8889 }, around)).toBe('http://drive.lan:8889')
})

it('a template is filled in', () => {
  const setting = 'https://{id}.files.example/'
  expect(storageOrigin(storage, { ...around, setting })).toBe('https://100001.files.example')
  expect(storageOrigin(storage, { ...around, setting: 'http://{ip}:{port}' })).toBe('http://10.0.0.7:8888')
})

it('a list names each storage, and one that it lacks is an error that says so', () => {
  const setting = '100001=https://a.example, 100002=https://b.example/?x=y'
  expect(storageOrigin(storage, { ...around, setting })).toBe('https://a.example')
  expect(() => storageOrigin({ ...storage, storageId: '100003' }, { ...around, setting })).toThrow(/100003/)
})
