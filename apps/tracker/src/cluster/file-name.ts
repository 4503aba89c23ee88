// What a tracker reads of a logic file name (client protocol §3.2, §5): who took the upload, when, and whether the file
// can still change. Trackers are lenient where dfs-core's parseFileId is strict: old names, unknown tails and garbage get
// an answer too, because FastDFS never checks a name here. It also works on the bytes of the request, without a copy.

export interface FileName {
  /** 1 … 0xFFFFFF, or 0 when the name carries an address. */
  readonly sourceId: number
  /** The four octets as one number; 0 when the name carries an id. */
  readonly sourceIpv4: number
  /** Unix seconds of the source's clock. */
  readonly timestamp: number
  /** Neither appender nor slave: complete, and the same on every member that has it. */
  readonly isNormal: boolean
}

const PREFIX_SIZE = 10 // M00/HH/LL/
const ENCODED_SIZE = 27
const PACKED_SIZE = 20
const STORAGE_ID_MAX = 0xff_ff_ff
const NORMAL_LENGTH = 44
const TRUNK_LENGTH = 60
// Bits 58 and 59 of the size field, in its high word.
const APPENDER_BIT = 0x04_00_00_00
const TRUNK_BIT = 0x08_00_00_00

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const SKIP = 255
const sextets = new Uint8Array(256).fill(SKIP)
for (let value = 0; value < ALPHABET.length; value++) sextets[ALPHABET.charCodeAt(value)] = value

const packed = new Uint8Array(PACKED_SIZE)
const view = new DataView(packed.buffer)

/** `bytes` from `start` to its end are the logic name, `M00/00/00/…`. */
export function readFileName(bytes: Uint8Array, start: number): FileName {
  unpack(bytes, start + PREFIX_SIZE)
  const source = view.getUint32(0, true)
  const isId = source >= 1 && source <= STORAGE_ID_MAX
  const sizeHigh = view.getUint32(8)
  const length = bytes.length - start
  const isAppender = (sizeHigh & APPENDER_BIT) !== 0
  const isSlave = length > TRUNK_LENGTH || (length > NORMAL_LENGTH && (sizeHigh & TRUNK_BIT) === 0)
  return {
    sourceId: isId ? source : 0,
    sourceIpv4: isId ? 0 : view.getUint32(0),
    timestamp: view.getUint32(4),
    isNormal: !(isAppender || isSlave),
  }
}

/** Characters outside the alphabet are skipped, as in FastDFS; what is missing stays zero. */
function unpack(bytes: Uint8Array, start: number): void {
  packed.fill(0)
  let bits = 0
  let bitCount = 0
  let at = 0
  const end = Math.min(start + ENCODED_SIZE, bytes.length)
  for (let i = start; i < end; i++) {
    const sextet = sextets[bytes[i] as number] as number
    if (sextet === SKIP) continue
    bits = ((bits << 6) | sextet) & 0xffff
    bitCount += 6
    if (bitCount < 8) continue
    bitCount -= 8
    packed[at++] = bits >> bitCount
  }
}
