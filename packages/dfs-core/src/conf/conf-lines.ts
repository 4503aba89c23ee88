import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/** A configuration that cannot be used; the message names file, line, key and value as far as there are any. */
export class ConfError extends Error {
  override readonly name = 'ConfError'
}

/** One `key = value` line. */
export interface ConfEntry {
  /** Name in the brackets above it; empty for global keys. */
  readonly section: string
  readonly key: string
  readonly value: string
  /** Where it stands, for messages and for paths relative to it. */
  readonly file: string
  /** From 1. */
  readonly line: number
}

const INCLUDE_DEPTH_MAX = 10

/** Reads a file as text; throws what node:fs throws. */
export type ReadText = (path: string) => string

const readTextFile: ReadText = (path) => readFileSync(path, 'utf8')

/**
 * The entries of a FastDFS configuration text in order, with those of included files in place (client protocol
 * §9.0): `#` starts a comment line, `#include <file>` (relative to the including file) excepted; no quotes, no
 * comments behind a value; keys are case-sensitive and may repeat.
 * ConfError for a line that is neither, for an include that cannot be read, that is a URL or that nests too deep.
 */
export function parseConfLines(text: string, file: string, readText: ReadText = readTextFile): ConfEntry[] {
  return parseLines({ text, file, section: '', depth: 0 }, readText)
}

interface Source {
  readonly text: string
  readonly file: string
  readonly section: string
  readonly depth: number
}

function parseLines(source: Source, readText: ReadText): ConfEntry[] {
  const { file } = source
  const entries: ConfEntry[] = []
  let { section } = source
  for (const [index, raw] of source.text
    .replace(/^\ufeff/, '')
    .split('\n')
    .entries()) {
    const text = raw.trim()
    const line = index + 1
    const include = /^#include[ \t]+(.+)$/.exec(text)?.[1]
    if (include !== undefined) entries.push(...includeFile({ ...source, section }, include, line, readText))
    else if (text.startsWith('[')) section = sectionName(text, file, line)
    else if (text !== '' && !text.startsWith('#')) entries.push(parseEntry(text, { section, file, line }))
  }
  return entries
}

function includeFile(source: Source, name: string, line: number, readText: ReadText): ConfEntry[] {
  const place = `${source.file}:${line}`
  if (/^https?:\/\//.test(name)) throw new ConfError(`${place}: #include of a URL is not supported: ${name}`)
  if (source.depth >= INCLUDE_DEPTH_MAX)
    throw new ConfError(`${place}: #include nests deeper than ${INCLUDE_DEPTH_MAX}`)
  const file = resolve(dirname(source.file), name)
  return parseLines({ ...source, file, text: readInclude(file, place, readText), depth: source.depth + 1 }, readText)
}

function readInclude(file: string, place: string, readText: ReadText): string {
  try {
    return readText(file)
  } catch (cause) {
    throw new ConfError(`${place}: cannot read the included ${file}`, { cause })
  }
}

function sectionName(text: string, file: string, line: number): string {
  const name = /^\[([^\]]*)\]$/.exec(text)?.[1]
  if (name === undefined) throw new ConfError(`${file}:${line}: ${text}: a section without its closing bracket`)
  return name.trim()
}

function parseEntry(text: string, place: Pick<ConfEntry, 'section' | 'file' | 'line'>): ConfEntry {
  const equals = text.indexOf('=')
  const key = text.slice(0, Math.max(equals, 0)).trim()
  if (key === '') throw new ConfError(`${place.file}:${place.line}: ${text}: not of the form key = value`)
  return { ...place, key, value: text.slice(equals + 1).trim() }
}
