import { readFileSync } from 'node:fs'
import { HufuError } from '@hufu/protocol/wire'
import type { PairLimits } from '@hufu/protocol/pair'
import { SETTINGS, type Config } from './settings.ts'

export type { Config } from './settings.ts'

/** Where a setting may be given. Flags win over the environment, that over the file, that over the default. */
export interface ConfigSources {
  /** By flag, without the hyphens in front: `{ 'hello-ms': '10000' }`. */
  readonly flags?: Readonly<Record<string, string | undefined>>
  /** As in `process.env`: `HUFU_HELLO_MS`. Other names are left alone. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Path of a JSON file: `{ "helloMs": 10000 }`. */
  readonly file?: string | undefined
}

/** Where a setting's value came from. */
export type ConfigSource = 'flag' | 'environment' | 'file' | 'default'

/** One line of `hufu config`. */
export interface ConfigRow {
  readonly name: string
  /** Flag with its hyphens; undefined for a secret, which must not stand on a command line. */
  readonly flag: string | undefined
  readonly env: string
  /** As text; a secret is `(hidden)`, nothing is empty. */
  readonly value: string
  readonly source: ConfigSource
  readonly about: string
}

const origins = new WeakMap<Config, Readonly<Record<string, ConfigSource>>>()

/**
 * One whole configuration from all sources.
 *
 * @throws {HufuError} `ERR_CONFIG`, naming the setting, where it was given, and what would be right.
 */
export function loadConfig(sources: ConfigSources = {}): Config {
  const file = sources.file === undefined ? {} : readFile(sources.file)
  const flags = sources.flags ?? {}
  refuseUnknown(flags, NAMES.map(flagOf), 'flag --')
  refuseUnknown(file, NAMES, `${sources.file}: `)
  const values: Record<string, unknown> = {}
  const from: Record<string, ConfigSource> = {}
  for (const name of NAMES) {
    const { value, source } = settle(name, flags, sources.env ?? {}, file)
    values[name] = value
    from[name] = source
  }
  const config = Object.freeze(values) as unknown as Config
  origins.set(config, from)
  return config
}

/** Every setting of `config` with its source and its reason, secrets hidden: what `hufu config` prints. */
export function describeConfig(config: Config): readonly ConfigRow[] {
  return NAMES.map((name) => {
    const { secret, about } = SETTINGS[name]
    return {
      name,
      flag: secret === true ? undefined : `--${flagOf(name)}`,
      env: envOf(name),
      value: shown(config[name], secret === true),
      source: origins.get(config)?.[name] ?? 'default',
      about,
    }
  })
}

/** The limits that the protocol's part of `pair` asks for. */
export function pairLimits(config: Config): PairLimits {
  return {
    answerMs: config.pairAnswerMs,
    answerByNameMs: config.pairAnswerByNameMs,
    confirmMs: config.pairConfirmMs,
    slotLifetimeMs: config.slotLifetimeMs,
    slotRestMs: config.slotRestMs,
    answerStepMs: config.pairAnswerStepMs,
  }
}

type Name = keyof typeof SETTINGS

const NAMES = Object.keys(SETTINGS) as readonly Name[]

function settle(
  name: Name,
  flags: Readonly<Record<string, string | undefined>>,
  env: Readonly<Record<string, string | undefined>>,
  file: Readonly<Record<string, unknown>>,
): { readonly value: unknown; readonly source: ConfigSource } {
  const setting = SETTINGS[name]
  const flag = flags[flagOf(name)]
  if (flag !== undefined && setting.secret === true)
    throw new HufuError(
      'ERR_CONFIG',
      `${name} is secret and may not stand on a command line: set ${envOf(name)} or the configuration file`,
    )
  const given: readonly (readonly [ConfigSource, string, unknown])[] = [
    ['flag', `--${flagOf(name)}`, flag],
    ['environment', envOf(name), env[envOf(name)]],
    ['file', `"${name}" in the configuration file`, file[name]],
  ]
  for (const [source, where, raw] of given) {
    if (raw === undefined) continue
    const value = setting.kind.read(raw)
    if (value === undefined)
      throw new HufuError('ERR_CONFIG', `${where}: must be ${setting.kind.expects}`)
    return { value, source }
  }
  return { value: setting.default, source: 'default' }
}

function readFile(path: string): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw new HufuError(
      'ERR_CONFIG',
      `${path}: cannot be read as JSON; it must hold one object of settings`,
      { cause },
    )
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new HufuError('ERR_CONFIG', `${path}: must hold one object of settings`)
  return value as Readonly<Record<string, unknown>>
}

function refuseUnknown(given: object, known: readonly string[], where: string): void {
  for (const [name, value] of Object.entries(given))
    if (value !== undefined && !known.includes(name))
      throw new HufuError(
        'ERR_CONFIG',
        `${where}${name}: there is no such setting; \`hufu config\` lists them all`,
      )
}

function shown(value: unknown, secret: boolean): string {
  if (value === '' || value === undefined) return ''
  if (secret) return '(hidden)'
  if (Array.isArray(value)) return value.join(', ')
  if (typeof value === 'object' && value !== null && 'host' in value && 'port' in value) {
    const host = String(value.host)
    return `${host.includes(':') ? `[${host}]` : host}:${String(value.port)}`
  }
  return typeof value === 'number' ? String(value) : (value as string)
}

function flagOf(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

function envOf(name: string): string {
  return `HUFU_${flagOf(name).replaceAll('-', '_').toUpperCase()}`
}
