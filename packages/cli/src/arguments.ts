import { HufuError } from '@hufu/protocol/wire'
import { nearest } from './nearest.ts'

/** What stands behind an option: nothing, one value, or all values up to the next option. */
export type Takes = 'nothing' | 'one' | 'many'

export interface Option {
  /** Without the hyphens in front. */
  readonly name: string
  readonly takes: Takes
  /** How help names the value. */
  readonly label?: string
  readonly about: string
}

/** A command line, read. */
export interface Arguments {
  readonly operands: readonly string[]
  /** Whether an option was given. */
  has(name: string): boolean
  /** The value of an option that takes one. */
  one(name: string): string | undefined
  /** The values of an option that takes many. */
  many(name: string): readonly string[]
}

/**
 * Reads the arguments behind a command. `--name value` and `--name=value` are the same; behind `--` there are operands
 * only; `-` alone is an operand, and so is the ID of a key: one of 64 begins with `-`.
 *
 * @param mostOperands how many operands the command takes
 * @throws {HufuError} `ERR_USAGE`, naming the argument, with the nearest option if one is near.
 */
export function readArguments(
  argv: readonly string[],
  options: readonly Option[],
  mostOperands: number,
): Arguments {
  const given = new Map<string, string[]>()
  const operands: string[] = []
  for (let at = 0; at < argv.length; at++) {
    const argument = argv[at]!
    if (argument === '--') {
      operands.push(...argv.slice(at + 1))
      break
    }
    if (!isOption(argument)) {
      operands.push(argument)
      continue
    }
    const [written, value] = split(argument)
    const option = find(written, options)
    const values = given.get(option.name) ?? []
    if (given.has(option.name) && option.takes !== 'many')
      throw usage(`--${option.name} was given twice`)
    given.set(option.name, values)
    if (option.takes === 'nothing') {
      if (value !== undefined) throw usage(`--${option.name} takes no value`)
      continue
    }
    if (value !== undefined) values.push(value)
    else at += take(argv.slice(at + 1), option.takes, values)
    if (values.length === 0)
      throw usage(`--${option.name} needs a value: --${option.name} ${option.label ?? 'VALUE'}`)
  }
  if (operands.length > mostOperands)
    throw usage(`this is one argument too many: ${operands[mostOperands]!}`)
  return {
    operands,
    has: (name) => given.has(name),
    one: (name) => given.get(name)?.[0],
    many: (name) => given.get(name) ?? [],
  }
}

/** An `ERR_USAGE` with what was wrong. */
export function usage(message: string): HufuError {
  return new HufuError('ERR_USAGE', message)
}

/** 32 octets in base64url, as `hufu key list` shows a key's ID. No option's name is as long. */
const KEY_ID = /^[A-Za-z0-9_-]{43}$/

function isOption(argument: string): boolean {
  return argument.startsWith('-') && argument !== '-' && !KEY_ID.test(argument)
}

function split(argument: string): readonly [name: string, value: string | undefined] {
  if (argument === '-h') return ['help', undefined]
  const equals = argument.indexOf('=')
  const name = equals < 0 ? argument : argument.slice(0, equals)
  return [name.replace(/^--?/, ''), equals < 0 ? undefined : argument.slice(equals + 1)]
}

function find(written: string, options: readonly Option[]): Option {
  const option = options.find(({ name }) => name === written)
  if (option !== undefined) return option
  const near = nearest(
    written,
    options.map(({ name }) => name),
  )
  throw usage(
    `there is no option --${written}${near === undefined ? '' : `; did you mean --${near}?`}`,
  )
}

/** Moves values from the front of `rest` to `values`; how many. */
function take(rest: readonly string[], takes: Takes, values: string[]): number {
  let taken = 0
  for (const value of rest) {
    if (isOption(value) || (takes === 'one' && taken === 1)) break
    values.push(value)
    taken += 1
  }
  return taken
}
