import type { ParseArgsConfig } from 'node:util'
import type { DfsClient } from '@cairn/dfs-core'
import type { Terminal } from '../terminal.ts'

export interface CommandContext {
  readonly client: DfsClient
  readonly terminal: Terminal
  /** Of the trackers that are asked, `http://host:port` each. */
  readonly statusPages: readonly string[]
  /** What stands after the command's name, without options. */
  readonly words: readonly string[]
  readonly options: Readonly<Record<string, string | boolean | string[] | undefined>>
}

/** One subcommand of `cairn`. What `run` resolves with is printed: as JSON with --json, else as text. */
export interface CairnCommand {
  /** After the name; for the list of commands. */
  readonly usage: string
  readonly about: string
  /** Least and most words. */
  readonly words: readonly [number, number]
  readonly options?: NonNullable<ParseArgsConfig['options']>
  run(context: CommandContext): Promise<Answer>
}

/** What a command found, for scripts and for people. */
export interface Answer {
  readonly json: unknown
  readonly text: string
  /** What ended the work half-way; told behind what was done until then. */
  readonly failure?: { readonly error: unknown }
}

/** A text option. */
export function textOption(value: string | boolean | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** What a person got wrong; printed without a stack. */
export class UsageError extends Error {}

/** A whole number that is not negative. */
export function numberOption(name: string, value: string | boolean | string[] | undefined): number | undefined {
  if (value === undefined) return undefined
  if (typeof value !== 'string' || !/^\d{1,15}$/.test(value)) throw new UsageError(`--${name} must be a whole number`)
  return Number(value)
}
