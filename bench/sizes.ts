export interface Size {
  readonly name: string
  readonly bytes: number
}

const KB = 1024
const MB = 1024 * KB

export const SIZES: readonly Size[] = [
  { name: '4 KB', bytes: 4 * KB },
  { name: '50 KB', bytes: 50 * KB },
  { name: '200 KB', bytes: 200 * KB },
  { name: '1 MB', bytes: MB },
  { name: '100 MB', bytes: 100 * MB },
]

/** Larger bodies are sent as one piece again and again. */
export const PIECE_BYTES = MB
