import { parseUserId, type SecurityKey } from '@hufu/protocol/identity'
import { MAX_NAME_UNITS } from '@hufu/protocol/pair'
import { HufuError } from '@hufu/protocol/wire'
import type { Introductions, Line } from '@hufu/terminal'
import { usage, type Arguments } from '../arguments.ts'
import type { Intent } from '../pair/intent.ts'
import type { SecretPorts } from '../pair/secret.ts'
import type { Users } from '../pair/via.ts'
import type { SignInPlace } from '../profile/places.ts'
import { chooseKey } from './choose.ts'
import { keyDesk, type KeyDesk } from './key-desk.ts'
import { alarm, introductionsAt } from './introductions.ts'

/** A pairing with a user, or as one. */
export interface AsUser extends Users {
  readonly introductions: Introductions
  /** The connection of the terminal at which the user is signed in; undefined where any will do. */
  readonly line: Line | undefined
  /** The name to show to whom this end rings, before anything is verified. */
  readonly shownAs: string | undefined
  /** Rejects, with its code, when the sign-in ends at which this end would be rung. */
  readonly released: Promise<never>
}

/**
 * What `hufu pair` needs where users take part: the key is opened, if there is one to show.
 *
 * Rejects with {@link HufuError} `ERR_USER_ID`, `ERR_SIGNIN_NONE`, `ERR_KEY_…`, `ERR_HSM_…`, `ERR_PROFILE`, `ERR_USAGE`,
 * `ERR_INTERRUPTED`.
 */
export async function asUser(intent: Intent, ports: SecretPorts, args: Arguments): Promise<AsUser> {
  const { meeting } = intent
  const rung = meeting.by === 'ring-user' ? userId(meeting.user) : ''
  const desk = keyDesk(args, ports.output, ports.signal)
  const place = await desk.places.read(desk.server)
  const key = await keyToShow(desk, intent.key, place?.key ?? undefined)
  const accept = alarm(ports.output, desk.questions, intent.acceptsChangedKey)
  const introductions = await introductionsAt(desk.server, {
    awaited: true,
    accept,
    ...(key === undefined ? {} : { key }),
    ...(rung === '' ? {} : { rung }),
  })
  const released = Promise.withResolvers<never>()
  released.promise.catch(() => undefined) // once a talk has begun, nobody waits for it any more
  const line =
    meeting.by === 'attend' ? await attend(place, ports, args, released.reject) : undefined
  const shownAs = key === undefined || key.user.length > MAX_NAME_UNITS ? undefined : key.user
  const self = place?.user ?? ''
  return { self, rung, introductions, line, shownAs, released: released.promise }
}

/** The line of the terminal at which somebody is signed in. */
async function attend(
  place: SignInPlace | undefined,
  { output, signal }: SecretPorts,
  args: Arguments,
  released: (end: HufuError) => void,
): Promise<Line> {
  if (place === undefined)
    throw new HufuError('ERR_SIGNIN_NONE', 'to be rung under a name instead, give --as NAME')
  const { openDesk } = await import('./desk.ts')
  const desk = await openDesk(args, output, {
    signal,
    on(event) {
      if (event.type !== 'released') return
      released(new HufuError(event.code, event.reason === '' ? undefined : event.reason))
    },
  })
  if (desk.stayedBy !== undefined)
    throw usage(`the process ${desk.stayedBy} listens at this terminal already`)
  return desk.line
}

function userId(typed: string): string {
  const user = parseUserId(typed)
  if (!user.ok) throw new HufuError(user.code, typed)
  return user.value
}

/** The key that was asked for; otherwise the one that signed in here, if its passphrase is at hand. */
async function keyToShow(
  desk: KeyDesk,
  named: string | undefined,
  usual: string | undefined,
): Promise<SecurityKey | undefined> {
  if (named !== undefined)
    return desk.open(await chooseKey(desk, { name: named, user: undefined }, async () => []))
  const stored = usual === undefined ? undefined : await desk.keys.read(usual)
  if (stored === undefined) return undefined
  const isGiven = (process.env['HUFU_KEY_PASSPHRASE'] ?? '') !== ''
  if (!isGiven && !desk.questions.canAsk) return undefined
  const { questions } = desk
  if (!isGiven && !(await questions.yes(`Show that you are ${stored.user}? [Y/n] `, true)))
    return undefined
  return desk.open(stored)
}
