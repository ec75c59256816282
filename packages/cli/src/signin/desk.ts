import { ed25519, random, type Random, type Secret } from '@hufu/protocol/crypto'
import { readCertificate, type SecurityKey } from '@hufu/protocol/identity'
import { prepareName } from '@hufu/protocol/pair'
import { HufuError, terminalIdOf } from '@hufu/protocol/wire'
import { signin, type Line, type SignedIn, type Signin, type SigninEvent } from '@hufu/terminal'
import type { Arguments } from '../arguments.ts'
import { terminalIdText } from '../ids.ts'
import { HOLDINGS, type StoredKey } from '../keys/index.ts'
import { iso } from '../operator/show.ts'
import type { Output } from '../output.ts'
import type { SignInPlace } from '../profile/places.ts'
import { fileProfile } from '../profile/profile.ts'
import { authoritiesWith, socketsTrusting } from '../socket.ts'
import { isAlive } from '../system.ts'
import { keyDesk, type KeyDesk } from './key-desk.ts'

/** The name of the terminal that a profile signs in at, where none is given. */
const USUAL_TERMINAL = 'shell'

/** What the commands of users work with: the profile, and a line to the server. */
export interface Desk extends KeyDesk {
  /** Name of the terminal in this profile, and its communication ID. */
  readonly terminal: string
  readonly terminalId: Uint8Array
  readonly line: Line
  readonly signin: Signin
  /**
   * The process that stays at this terminal, if there is one: a terminal has one connection, so this line is that of
   * another, new one.
   */
  readonly stayedBy: number | undefined
  /** Notes who signed in, for `whoami`, `release` and `pair` to come. */
  signedIn(by: StoredKey | 'chip', where: SignedIn, options?: { stays: boolean }): Promise<void>
  close(): Promise<void>
}

export interface DeskOptions {
  /** Besides what is told of any event. */
  readonly on?: (event: SigninEvent) => void
  readonly signal?: AbortSignal
}

/**
 * Opens a line to the server that the arguments or the environment name, as the terminal that they name, that was signed in
 * at last, or the usual one.
 *
 * Rejects with {@link HufuError} `ERR_USAGE`, `ERR_PAIR_NAME`, `ERR_PROFILE`.
 */
export async function openDesk(
  args: Arguments,
  output: Output,
  options: DeskOptions = {},
): Promise<Desk> {
  const keys = keyDesk(args, output, options.signal)
  const { profile, server } = keys
  const place = await keys.places.read(server)
  const terminal = terminalOf(args, place)
  const stayedBy = place?.terminal === terminal ? stayingIn(place) : undefined
  const { openLine, startSignin, ALL_MESSAGES } = await signin()
  const seed = await terminalSeed(profile, terminal, random)
  const ca = args.one('ca') ?? process.env['HUFU_CA']
  const authorities = ca === undefined || ca === '' ? undefined : await authoritiesWith(ca)
  const line = openLine({
    server,
    ...(stayedBy === undefined ? { terminalSeed: seed } : {}),
    messages: ALL_MESSAGES,
    ports: { openSocket: socketsTrusting(authorities) },
  })
  const terminalId = terminalIdOf(ed25519.fromSecret(seed.expose()).publicKey)
  const trusted = await keys.issuers.of(server)
  const opened: { stored: StoredKey; readonly key: SecurityKey }[] = []
  let saving: Promise<void> = Promise.resolve()

  const keepNext = async (
    before: Promise<void>,
    used: (typeof opened)[number],
    event: Extract<SigninEvent, { type: 'renewed' }>,
  ): Promise<void> => {
    await before
    used.stored = await keepRenewed(used, event, keys, output)
  }
  const heard = (event: SigninEvent): void => {
    tell(event, output, terminalIdText(terminalId))
    const used = opened.at(-1)
    if (event.type === 'renewed' && used !== undefined) saving = keepNext(saving, used, event)
    options.on?.(event)
  }
  const desk: Desk = {
    ...keys,
    terminal,
    terminalId,
    line,
    stayedBy,
    signin: startSignin({ line, issuers: () => trusted, on: heard }),
    async open(stored) {
      const key = await keys.open(stored)
      opened.push({ stored, key })
      return key
    },
    async signedIn(by, { user, since, expires }, { stays } = { stays: false }) {
      await saving
      const key = by === 'chip' ? null : by.name
      const times = { sinceUnixMs: since, expiresUnixMs: expires }
      const stayedBy = stays ? process.pid : null
      await keys.places.save(server, { server, terminal, user, key, ...times, stayedBy })
    },
    async close() {
      desk.signin.close()
      line.close()
      await saving
      for (const { key } of opened) await key.close()
    },
  }
  return desk
}

/** The seed of the key of a terminal at which users sign in. Names that listen have others. */
function terminalSeed(profile: string, terminal: string, random: Random): Promise<Secret> {
  return fileProfile(profile).terminalSeed(`signin ${terminal}`, random)
}

function stayingIn({ stayedBy }: SignInPlace): number | undefined {
  return stayedBy !== null && stayedBy !== process.pid && isAlive(stayedBy) ? stayedBy : undefined
}

function terminalOf(args: Arguments, place: SignInPlace | undefined): string {
  const given = args.one('as')
  if (given === undefined) return place?.terminal ?? USUAL_TERMINAL
  const name = prepareName(given)
  if (!name.ok) throw new HufuError(name.code, given)
  return name.value
}

/** New certificates go to the profile, and to the token where there is one. */
async function keepRenewed(
  { stored, key }: { readonly stored: StoredKey; readonly key: SecurityKey },
  { certificates }: Extract<SigninEvent, { type: 'renewed' }>,
  { keys }: KeyDesk,
  output: Output,
): Promise<StoredKey> {
  const ends = [certificates.signing, certificates.agreement].map((der) => {
    const read = readCertificate(der)
    return read.ok ? read.value.notAfter : stored.expiresUnixMs
  })
  const renewed = { ...stored, certificates, expiresUnixMs: Math.min(...ends) }
  try {
    const holding = await HOLDINGS[stored.heldBy]()
    await holding.certified?.(key, stored.user, certificates)
    await keys.save(stored.name, renewed)
    const expires = iso(renewed.expiresUnixMs)
    await output.event({ event: 'renewed', name: stored.name, expires })
    return renewed
  } catch (error) {
    // The old ones are still good: it is tried again at the next sign-in.
    output.note(`hufu: the new certificates could not be kept: ${String(error)}`)
    return stored
  }
}

function tell(event: SigninEvent, output: Output, terminal: string): void {
  switch (event.type) {
    case 'bound': {
      const { user, by, since, expires } = event
      const times = { since: iso(since), expires: iso(expires) }
      void output.event({ event: 'bound', user, by, terminal, ...times })
      return
    }
    case 'released': {
      const { user, code, reason } = event
      void output.event({ event: 'released', user, terminal, code, reason })
      return
    }
    case 'unrenewed':
      output.note(`hufu: it could not be renewed (${event.code}); it is tried again next time`)
      return
    case 'renewed':
  }
}
