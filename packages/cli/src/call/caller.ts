import { secretMaker } from '@hufu/protocol/call'
import { random } from '@hufu/protocol/crypto'
import type { SecurityKey } from '@hufu/protocol/identity'
import { HufuError } from '@hufu/protocol/wire'
import { calls, type Calls, type CallIdentity, type CallsOptions } from '@hufu/terminal'
import { usage, type Arguments } from '../arguments.ts'
import { iso } from '../operator/show.ts'
import type { Output } from '../output.ts'
import { filePins } from '../profile/pins.ts'
import { openDesk, type Desk } from '../signin/desk.ts'
import { alarm } from '../signin/introductions.ts'
import { openSigner } from '../signin/signer.ts'

/** Somebody who is signed in at this terminal by a KEY, and can call and be called. */
export interface Caller {
  readonly user: string
  readonly calls: Calls
  /** Whether a user who comes with another key than before is taken for the same: whoever sits there is asked. */
  readonly accepts: (changed: CallIdentity) => Promise<boolean>
  close(): Promise<void>
}

export interface CallerOptions {
  readonly signal: AbortSignal
  /** The sign-in has ended, and why. */
  readonly released: (end: HufuError) => void
  readonly ringing?: CallsOptions['ringing']
  readonly on?: CallsOptions['on']
}

/**
 * Opens the key, signs in, and stays signed in until `close`; the sign-in itself remains.
 *
 * Rejects with {@link HufuError} as `openSigner` and signing in do; `ERR_USAGE` if another process stays at this terminal.
 */
export async function openCaller(
  args: Arguments,
  output: Output,
  { signal, released, ringing, on }: CallerOptions,
): Promise<Caller> {
  const desk = await openDesk(args, output, {
    signal,
    on(event) {
      if (event.type !== 'released') return
      released(new HufuError(event.code, event.reason === '' ? undefined : event.reason))
    },
  })
  try {
    if (desk.stayedBy !== undefined)
      throw usage(
        `the process ${desk.stayedBy} stays at this terminal; --as TERMINAL uses another one`,
      )
    const place = await desk.places.read(desk.server)
    const { key, by } = await openSigner(desk, args, undefined, place?.key ?? undefined)
    if (key === undefined) throw new HufuError('ERR_CALL_KEY')
    const where = await desk.signin.stay(key)
    await desk.signedIn(by, where, { stays: true })
    output.note(`${where.user} is signed in at this terminal until ${iso(where.expires)}`)
    const { started, accepts } = await callsAt({ desk, key }, args, output, { ringing, on })
    return {
      user: key.user,
      calls: started,
      accepts,
      async close() {
        started.close()
        await desk.signedIn(by, where)
        await desk.close()
      },
    }
  } catch (error) {
    await desk.close()
    throw error
  }
}

/** What calls at a desk need besides it. */
export type CallsHere = Pick<CallsOptions, 'attends'> & {
  readonly ringing: CallsOptions['ringing']
  readonly on?: CallsOptions['on']
}

/** Calls of one who is signed in at a desk by a KEY. Rejects with `ERR_HSM_MECHANISM`, `ERR_PROFILE`. */
export async function callsAt(
  { desk, key }: { readonly desk: Desk; readonly key: SecurityKey },
  args: Arguments,
  output: Output,
  { ringing, on, attends }: CallsHere,
): Promise<{ readonly started: Calls; readonly accepts: Caller['accepts'] }> {
  const alarmed = alarm(output, desk.questions, args.has('accept-changed-key'))
  const accepts: Caller['accepts'] = (changed) => alarmed({ verified: true, ...changed })
  if (args.has('in-token')) await inToken(key)
  const { startCalls } = await calls()
  const started = startCalls({
    line: desk.line,
    key,
    issuers: await desk.issuers.of(desk.server),
    pins: filePins(desk.profile),
    inToken: args.has('in-token'),
    makeSecret: await secretMaker(key.traffic, random),
    // in the middle of a call nobody is asked: what is typed then is said
    accept: async (changed) => args.has('accept-changed-key') && accepts(changed),
    ...(ringing === undefined ? {} : { ringing }),
    ...(on === undefined ? {} : { on }),
    ...(attends === undefined ? {} : { attends }),
  })
  return { started, accepts }
}

/** Whether the key's token can encrypt a call itself: it is tried. Rejects with `ERR_HSM_MECHANISM` if not. */
async function inToken({ traffic }: SecurityKey): Promise<void> {
  if (traffic === undefined)
    throw new HufuError('ERR_HSM_MECHANISM', 'the key is in no token; leave out --in-token')
  await traffic.prove()
}
