import { keepText, keptText } from '../../lib/site-storage.ts'

const KEY = 'cairn.plain-http'

/** Whether the person was told, on this device, what an address without encryption lacks. */
export function plainHttpIsRead(): boolean {
  return keptText(KEY) !== null
}

export function keepPlainHttpRead(): void {
  keepText(KEY, '1')
}
