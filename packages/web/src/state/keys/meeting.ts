import {
  HufuError,
  random,
  signin,
  type Introductions,
  type KeptTalk,
  type PairOptions,
  type SecurityKey,
} from '@hufu/terminal'
import { profile } from '../profile.ts'
import { isSame } from '../same.ts'
import { deskHere, deskOpen, TERMINAL_SEED } from './desk.ts'
import { introductionsBy } from './introducing.ts'
import { seat } from './seat.ts'

/** UTF-16 units of a name that is shown before anything is verified. */
const MOST_NAME_UNITS = 64

/** What ringing a user needs. Rejects with {@link HufuError} `ERR_USER_ID`. */
export async function ringing(
  typed: string,
): Promise<{ readonly user: string; readonly introductions: Introductions; readonly as: string }> {
  const { parseUserId } = await signin()
  const parsed = parseUserId(typed)
  if (!parsed.ok) throw new HufuError(parsed.code, typed)
  const user = parsed.value
  const introductions = await introductionsBy({ key: keyHere, awaited: true, rung: user })
  const { value } = seat
  const as = value.at === 'here' && value.user.length <= MOST_NAME_UNITS ? value.user : ''
  return { user, introductions, as }
}

/** What a talk needs to go on after a reload: the terminal's own line, if it was answered there. */
export async function goingOn({
  terminalSeed,
}: KeptTalk): Promise<Pick<PairOptions, 'line' | 'introductions'>> {
  const introductions = await introductionsBy({ key: keyHere, awaited: false })
  using seed = await (await profile()).terminalSeed(TERMINAL_SEED, random)
  if (!isSame([...seed.expose()], [...terminalSeed])) return { introductions }
  const { line } = await deskHere()
  return { introductions, line }
}

function keyHere(): SecurityKey | undefined {
  return deskOpen()?.key
}
