import { HufuError } from '@hufu/protocol/wire'
import { usage } from '../arguments.ts'
import type { StoredKey } from '../keys/index.ts'
import type { KeyDesk } from './key-desk.ts'

/** What says which key is meant. */
export interface Wanted {
  /** A key's name in this profile. */
  readonly name: string | undefined
  /** A user ID as it was typed, perhaps without its namespace. */
  readonly user: string | undefined
}

/**
 * The key that is meant: the one of that name or of that user, or the only one at this server. Where there are several,
 * whoever sits there is offered those who have signed in at this terminal before, the latest first.
 *
 * Rejects with {@link HufuError} `ERR_KEY_ABSENT`, `ERR_USAGE` where nobody is there to choose, `ERR_INTERRUPTED`.
 */
export async function chooseKey(
  desk: KeyDesk,
  { name, user }: Wanted,
  offered: () => Promise<readonly string[]>,
): Promise<StoredKey> {
  const here = (await desk.keys.all()).filter(({ server }) => server === desk.server)
  if (name !== undefined) {
    const named = await desk.keys.read(name)
    if (named === undefined) throw new HufuError('ERR_KEY_ABSENT', name)
    if (named.server !== desk.server) throw usage(`the key ${name} is one of ${named.server}`)
    return named
  }
  const fitting = user === undefined ? here : here.filter((key) => isOf(key, user))
  const [only] = fitting
  if (only === undefined)
    throw new HufuError('ERR_KEY_ABSENT', user === undefined ? `for ${desk.server}` : `of ${user}`)
  return fitting.length === 1 ? only : offer(desk, fitting, offered)
}

function isOf(key: StoredKey, typed: string): boolean {
  const user = typed.trim().toLowerCase()
  return user.includes('@') ? key.user === user : key.user.startsWith(`${user}@`)
}

async function offer(
  desk: KeyDesk,
  keys: readonly StoredKey[],
  offered: () => Promise<readonly string[]>,
): Promise<StoredKey> {
  const { questions } = desk
  if (!questions.canAsk)
    throw usage(
      `there are several keys, choose one: ${keys.map((key) => `--key ${key.name}`).join(', ')}`,
    )
  const earlier = await offered()
  const place = ({ user }: StoredKey): number => earlier.indexOf(user) + 1 || Infinity
  const sorted = keys.toSorted((a, b) => (place(a) === place(b) ? 0 : place(a) - place(b)))
  const list = sorted.map(
    (key, at) =>
      `${at + 1}  ${key.user}  (key ${key.name}${place(key) === Infinity ? '' : ', signed in here before'})`,
  )
  for (;;) {
    const answer = await questions.shown(`${list.join('\r\n')}\r\nWho signs in? [1] `, '--key')
    const chosen = sorted[answer.trim() === '' ? 0 : Number(answer) - 1]
    if (chosen !== undefined) return chosen
  }
}
