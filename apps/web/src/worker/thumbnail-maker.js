// A process of its own that decodes other people's pictures: it gets paths, never keys, addresses or a database. It is
// plain JavaScript because it is started from the sources in development and from the bundle in production.
import { spawn } from 'node:child_process'
import { stat, writeFile } from 'node:fs/promises'

const PIXELS_MAX = 100_000_000
const SVG_BYTES_MAX = 4_000_000
const RSS_BYTES_MAX = 900_000_000
const RSS_LOOK_MS = 100
const VIDEO_MS_MAX = 15_000
const PROBE_BYTES_MAX = 100_000
const TEXT_MAX = 120
const SMALL = { edge: 512, quality: 74 }
const LARGE = { edge: 2048, quality: 80 }
// A picture below both is shown as it is.
const LARGE_FROM_BYTES = 1_500_000

/** @param {string} reason a word that the program knows @param {string} [detail] for people who run the server */
class Refusal extends Error {
  constructor(reason, detail = '') {
    super(detail)
    this.reason = reason
  }
}

async function loadSharp() {
  try {
    const { default: sharp } = await import('sharp')
    // One picture at a time: what libvips would keep for the next one is only memory.
    sharp.cache(false)
    sharp.concurrency(1)
    sharp.block({ operation: ['VipsForeignLoad'] })
    sharp.unblock({
      operation: ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Heif', 'Tiff', 'Svg'].map((name) => `VipsForeignLoad${name}File`),
    })
    return sharp
  } catch (error) {
    // biome-ignore lint/style/useErrorCause: only the text leaves this process.
    throw new Refusal('no_sharp', String(error))
  }
}

/** Texts out of files: short, without control and bidi characters. */
function cleanText(value) {
  if (typeof value !== 'string') return undefined
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what must go.
  const text = value.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffd]/g, '').trim()
  return text === '' ? undefined : text.slice(0, TEXT_MAX)
}

function finite(value) {
  const number = Array.isArray(value) ? value[0] : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

function degrees(parts, reference, limit) {
  if (!Array.isArray(parts) || parts.length === 0 || !parts.every((part) => Number.isFinite(part))) return undefined
  const value = (parts[0] ?? 0) + (parts[1] ?? 0) / 60 + (parts[2] ?? 0) / 3600
  if (value > limit) return undefined
  return reference === 'S' || reference === 'W' ? -value : value
}

/** What a camera wrote about a picture. Anything that is not as it should be is left out. */
async function readExif(bytes) {
  if (bytes === undefined) return {}
  const { default: readTags } = await import('exif-reader')
  try {
    const { Image: image = {}, Photo: photo = {}, GPSInfo: gps = {} } = readTags(bytes)
    const taken = photo.DateTimeOriginal ?? image.DateTime
    const latitude = degrees(gps.GPSLatitude, gps.GPSLatitudeRef, 90)
    const longitude = degrees(gps.GPSLongitude, gps.GPSLongitudeRef, 180)
    const make = cleanText(image.Make)
    const model = cleanText(image.Model)
    return {
      ...(taken instanceof Date && !Number.isNaN(taken.getTime()) ? { takenAt: taken.toISOString() } : {}),
      // Most makers repeat their name in the model.
      camera:
        model !== undefined && make !== undefined && !model.startsWith(make) ? `${make} ${model}` : (model ?? make),
      lens: cleanText(photo.LensModel),
      ...(latitude === undefined || longitude === undefined ? {} : { latitude, longitude }),
      facts: {
        exposureSeconds: finite(photo.ExposureTime),
        aperture: finite(photo.FNumber),
        iso: finite(photo.ISOSpeedRatings ?? photo.PhotographicSensitivity),
        focalLength: finite(photo.FocalLength),
        software: cleanText(image.Software),
        artist: cleanText(image.Artist),
        description: cleanText(image.ImageDescription),
      },
    }
  } catch {
    // Broken tags are no reason to have no thumbnail.
    return {}
  }
}

async function shrink(sharp, input, { edge, quality }, output) {
  const picture = sharp(input, { limitInputPixels: PIXELS_MAX, failOn: 'none' })
    .autoOrient()
    .resize({ width: edge, height: edge, fit: 'inside', withoutEnlargement: true })
    .webp({ quality, effort: 3 })
  const { data, info } = await picture.toBuffer({ resolveWithObject: true })
  await writeFile(output, data)
  return { path: output, width: info.width, height: info.height }
}

async function makeFromImage(sharp, { input, small, large, showable }) {
  const { size } = await stat(input)
  const facts = await sharp(input, { limitInputPixels: PIXELS_MAX, failOn: 'none' }).metadata()
  if (facts.format === 'svg' && size > SVG_BYTES_MAX) throw new Refusal('too_large', `an SVG of ${size} bytes`)
  const { width, height } = facts.autoOrient
  const isBig = Math.max(width, height) > LARGE.edge || size > LARGE_FROM_BYTES
  const largeOne = showable && !isBig ? null : await shrink(sharp, input, LARGE, large)
  const smallOne = await shrink(sharp, largeOne?.path ?? input, SMALL, small)
  return { small: smallOne, large: largeOne, media: { width, height, ...(await readExif(facts.exif)) } }
}

/** Runs a tool on a local file; resolves with what it printed. */
function runTool(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] })
    const timer = setTimeout(() => child.kill('SIGKILL'), VIDEO_MS_MAX)
    let output = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
      if (output.length > PROBE_BYTES_MAX) child.kill('SIGKILL')
    })
    child.on('error', (error) => {
      clearTimeout(timer)
      reject(error.code === 'ENOENT' ? new Refusal('no_ffmpeg') : error)
    })
    child.on('close', (code) => {
      clearTimeout(timer)
      if (code === 0) resolve(output)
      else reject(new Refusal('damaged', `${command} ended with ${code}`))
    })
  })
}

const onlyLocal = ['-v', 'error', '-protocol_whitelist', 'file']

async function probe(input) {
  const what = ['-show_entries', 'format=duration:stream=codec_type,width,height', '-of', 'json']
  const answer = JSON.parse(await runTool('ffprobe', [...onlyLocal, ...what, '-i', input]))
  const video = answer.streams?.find((stream) => stream.codec_type === 'video')
  const seconds = Number(answer.format?.duration)
  return {
    ...(video?.width > 0 && video?.height > 0 ? { width: video.width, height: video.height } : {}),
    ...(seconds >= 0 ? { durationMs: Math.round(seconds * 1000) } : {}),
  }
}

async function makeFromVideo(sharp, { input, small, large, frame }) {
  const media = await probe(input)
  // Films begin in black.
  const at = Math.min(3, (media.durationMs ?? 0) / 10_000)
  const limits = ['-threads', '1', '-max_pixels', String(PIXELS_MAX)]
  const still = ['-frames:v', '1', '-f', 'image2', '-c:v', 'png', '-y', frame]
  await runTool('ffmpeg', ['-nostdin', ...onlyLocal, ...limits, '-ss', String(at), '-i', input, ...still])
  const largeOne = await shrink(sharp, frame, LARGE, large)
  return { small: await shrink(sharp, largeOne.path, SMALL, small), large: largeOne, media }
}

/** The word for what libvips refused. */
function refusalOf(error) {
  if (error instanceof Refusal) return error
  const text = error instanceof Error ? error.message : String(error)
  if (/exceeds pixel limit/i.test(text)) return new Refusal('too_large', text)
  if (/unsupported image format|operation is blocked|no decoding plugin|bad seek|not a known/i.test(text)) {
    return new Refusal('format', text)
  }
  return new Refusal('damaged', text)
}

async function make(job) {
  try {
    const sharp = await loadSharp()
    return { ok: true, ...(await (job.video ? makeFromVideo(sharp, job) : makeFromImage(sharp, job))) }
  } catch (error) {
    const { reason, message } = refusalOf(error)
    return { ok: false, reason, detail: message.slice(0, 300) }
  }
}

// libvips works on threads of its own, so this clock goes on ticking.
setInterval(() => {
  if (process.memoryUsage.rss() > RSS_BYTES_MAX) process.kill(process.pid, 'SIGKILL')
}, RSS_LOOK_MS).unref()

process.on('message', async (job) => {
  process.send(await make(job))
})
process.on('disconnect', () => process.exit(0))
