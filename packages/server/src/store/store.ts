import { hmacSha256, utf8 } from '@hufu/protocol/crypto'
import type { Db } from './schema.ts'

/**
 * How sure a write must be before it resolves. `durable`: it survives a loss of power. `soon`: it survives the end of
 * this process, and a loss of power may take back the last moments.
 */
export type Surety = 'durable' | 'soon'

/** Where the server keeps what must survive a restart. Every one must pass `storeContract`. */
export interface Store {
  /** 16 octets, made at the first start: what terminals know this server by. */
  readonly serverId: Uint8Array
  /** Runs queries that change nothing. */
  read<T>(work: (db: Db) => Promise<T>): Promise<T>
  /**
   * Runs queries as one transaction, alone. `work` may run twice, if it had to share a transaction with one that
   * failed, so it may touch nothing but `db`. Rejects with whatever `work` or the database rejects with.
   */
  write<T>(surety: Surety, work: (db: Db) => Promise<T>): Promise<T>
  /** Resolves when what was overwritten or removed is gone from the files too, as far as that is in our hands. */
  compact(): Promise<void>
  /** False if the database does not answer, or the disk has failed a write and fails another. */
  usable(): Promise<boolean>
  /** Resolves when all that was written is on disk and the files are closed. */
  close(): Promise<void>
}

/** A store that can hide what it keys by. */
export interface KeyedStore extends Store {
  /**
   * 32 octets that stand for a text (an address, a name) in the tables, under a key that the vault keeps: whoever has the
   * tables cannot read it, nor try.
   */
  keyOf(kind: 'source' | 'name', text: string): Uint8Array
}

/** `store`, hiding texts under `key`, 32 octets, which it uses until it is closed. */
export function keyedStore(store: Store, key: Uint8Array): KeyedStore {
  return { ...store, keyOf: (kind, text) => hmacSha256(key, utf8(`${kind}:${text}`)) }
}
