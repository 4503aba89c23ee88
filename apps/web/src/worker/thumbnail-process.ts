import { type ChildProcess, fork } from 'node:child_process'
import { z } from 'zod'
import { env } from '../lib/env.ts'

const JOB_MS_MAX = 20_000
const IDLE_MS = 60_000
const HEAP_MB_MAX = 256

/** What the process is given: a local file, and where to put what is made of it. */
export interface PictureJob {
  input: string
  small: string
  large: string
  /** Where a frame of a video is kept meanwhile. */
  frame: string
  video: boolean
  /** Browsers can show the original itself. */
  showable: boolean
}

const sizeSchema = z.object({ path: z.string(), width: z.int().positive(), height: z.int().positive() })
const mediaSchema = z.object({
  width: z.int().positive().optional(),
  height: z.int().positive().optional(),
  durationMs: z.int().nonnegative().optional(),
  takenAt: z.iso.datetime().optional(),
  camera: z.string().optional(),
  lens: z.string().optional(),
  latitude: z.number().optional(),
  longitude: z.number().optional(),
  facts: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
})
const resultSchema = z.union([
  z.object({ ok: z.literal(true), small: sizeSchema, large: sizeSchema.nullable(), media: mediaSchema }),
  z.object({
    ok: z.literal(false),
    reason: z.enum(['no_sharp', 'no_ffmpeg', 'too_large', 'format', 'damaged']),
    detail: z.string(),
  }),
])

export type Media = z.infer<typeof mediaSchema>
type MadeResult = Extract<z.infer<typeof resultSchema>, { ok: true }>
export type PictureResult = MadeResult | { ok: false; reason: string; detail: string }

const script = new URL('./thumbnail-maker.js', import.meta.url)

/**
 * Decodes pictures in a process of its own, one at a time: limited in time, memory and pixels, without our environment.
 * A picture that kills it costs nothing but itself; the next one gets a new process.
 */
export class PictureProcess {
  #child: ChildProcess | undefined
  #idle: NodeJS.Timeout | undefined

  /** Never rejects: what goes wrong is the picture's fault, and is said in the result. Not to be called twice at once. */
  async make(job: PictureJob): Promise<PictureResult> {
    clearTimeout(this.#idle)
    const child = this.#child ?? this.#start()
    const result = await answerOf(child, job)
    this.#idle = setTimeout(() => this.close(), IDLE_MS)
    this.#idle.unref()
    return result
  }

  close(): void {
    clearTimeout(this.#idle)
    this.#child?.kill('SIGKILL')
    this.#child = undefined
  }

  #start(): ChildProcess {
    const child = fork(script, {
      env: { PATH: env().toolsPath, NODE_ENV: 'production' },
      execArgv: [`--max-old-space-size=${HEAP_MB_MAX}`],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    this.#child = child
    const forget = () => {
      if (this.#child === child) this.#child = undefined
    }
    child.once('exit', forget)
    // A process that could not be started, or that was sent something when it had ended.
    child.once('error', forget)
    return child
  }
}

function answerOf(child: ChildProcess, job: PictureJob): Promise<PictureResult> {
  return new Promise((resolve) => {
    let tooSlow = false
    const timer = setTimeout(() => {
      tooSlow = true
      child.kill('SIGKILL')
    }, JOB_MS_MAX)
    const finish = (result: PictureResult) => {
      clearTimeout(timer)
      child.off('message', onMessage)
      child.off('exit', onExit)
      child.off('error', onError)
      resolve(result)
    }
    const onMessage = (message: unknown) => {
      const parsed = resultSchema.safeParse(message)
      finish(parsed.success ? parsed.data : { ok: false, reason: 'damaged', detail: parsed.error.message })
    }
    const onExit = (code: number | null, signal: string | null) => {
      const reason = tooSlow ? 'too_slow' : 'crashed'
      finish({ ok: false, reason, detail: `the process ended with ${signal ?? code}` })
    }
    const onError = (error: Error) => finish({ ok: false, reason: 'crashed', detail: error.message })
    child.on('message', onMessage)
    child.on('exit', onExit)
    child.on('error', onError)
    child.send(job)
  })
}
