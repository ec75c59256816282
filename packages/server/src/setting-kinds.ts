import { isNamespace } from '@hufu/protocol/identity'

/** How the text of a flag or of the environment, or a value of a JSON file, becomes a setting. */
export interface Kind<T> {
  /** What would be right, to follow "must be". */
  readonly expects: string
  /** `undefined` if it is not right. */
  read(raw: unknown): T | undefined
}

export interface ListenAddress {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
}

const LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof LEVELS)[number]

/** Text of at least so many UTF-16 units. */
export function text(least: number): Kind<string> {
  return {
    expects: least === 0 ? 'text' : 'text that is not empty',
    read: (raw) => (typeof raw === 'string' && raw.length >= least ? raw : undefined),
  }
}

/** The part of a user ID after its @. */
export const namespace: Kind<string> = {
  expects: 'a host name in small letters, such as example.org',
  read: (raw) => (typeof raw === 'string' && isNamespace(raw) ? raw : undefined),
}

/** One of these words. */
export function oneOf<const W extends string>(...words: readonly W[]): Kind<W> {
  return {
    expects: words.map((word) => (word === '' ? 'empty' : word)).join(' or '),
    read: (raw) => words.find((word) => word === raw),
  }
}

/** A list of texts, comma-separated or as a JSON array. */
export const textList: Kind<readonly string[]> = {
  expects: 'a comma-separated list',
  read(raw) {
    const items: readonly unknown[] | undefined =
      typeof raw === 'string' ? raw.split(',') : Array.isArray(raw) ? raw : undefined
    if (items === undefined || !items.every((item) => typeof item === 'string')) return undefined
    return items.map((item) => item.trim()).filter((item) => item !== '')
  },
}

/** A whole number from `min` to `max`. */
export function whole(min: number, max: number): Kind<number> {
  return {
    expects: `a whole number from ${min} to ${max}`,
    read(raw) {
      const value = typeof raw === 'string' && /^[0-9]+$/.test(raw) ? Number(raw) : raw
      const fits = Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max
      return fits ? Number(value) : undefined
    },
  }
}

/** `HOST:PORT`, an IPv6 address in brackets. */
export const listenAddress: Kind<ListenAddress> = {
  expects: 'HOST:PORT such as localhost:4680 or [::1]:4680, port 0 to 65535',
  read(raw) {
    const parts =
      typeof raw === 'string' ? /^(?:\[([^\]]+)\]|([^:]+)):([0-9]{1,5})$/.exec(raw) : null
    if (parts === null) return undefined
    const port = Number(parts[3])
    return port <= 65_535 ? { host: parts[1] ?? parts[2]!, port } : undefined
  },
}

/** Least level that is logged. */
export const logLevel: Kind<LogLevel> = {
  expects: `one of ${LEVELS.join(', ')}`,
  read: (raw) => LEVELS.find((level) => level === raw),
}
