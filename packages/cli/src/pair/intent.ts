import { parseCode, prepareName } from '@hufu/protocol/pair'
import { HufuError } from '@hufu/protocol/wire'
import { usage, type Arguments } from '../arguments.ts'
import { readRekey } from './rekey.ts'

/** Where the secret of a pairing comes from. */
export type SecretFrom =
  | { readonly from: 'given'; readonly text: string }
  /** The first line of stdin. */
  | { readonly from: 'stdin' }
  /** The user is asked. */
  | { readonly from: 'prompt' }

/** How the two are to meet. */
export type Meeting =
  | { readonly by: 'open' }
  | { readonly by: 'join'; readonly secret: SecretFrom }
  | { readonly by: 'listen'; readonly name: string; readonly secret: SecretFrom }
  | { readonly by: 'ring'; readonly name: string; readonly secret: SecretFrom }
  | { readonly by: 'contact'; readonly name: string }
  /** To be rung as the user who is signed in at this terminal. */
  | { readonly by: 'attend'; readonly secret: SecretFrom }
  /** Rings a user. The ID as it was typed: it is looked at when users are loaded. */
  | { readonly by: 'ring-user'; readonly user: string; readonly secret: SecretFrom }

/** What a command line of `hufu pair` asks for. */
export interface Intent {
  readonly meeting: Meeting
  /** Undefined: wherever a contact is met, or the default. */
  readonly server: string | undefined
  /** PEM file of an authority to trust beside the platform's. */
  readonly ca: string | undefined
  /** How this end is shown to whom it rings. */
  readonly shownAs: string | undefined
  readonly remember: string | undefined
  /** The key to show oneself by. */
  readonly key: string | undefined
  /** Whether a user who was met with another key before is taken for the same without asking. */
  readonly acceptsChangedKey: boolean
  readonly send: readonly string[]
  /** Folder for whatever is offered. */
  readonly receive: string | undefined
  readonly awayMs: number | undefined
  /** When this end moves the keys. */
  readonly rekey: ReturnType<typeof readRekey> | undefined
}

/**
 * Reads the arguments of `hufu pair`.
 *
 * @param canAsk whether there is a terminal to ask for a secret on
 * @throws {HufuError} `ERR_USAGE`, `ERR_PAIR_NAME`
 */
export function readIntent(args: Arguments, env: NodeJS.ProcessEnv, canAsk: boolean): Intent {
  const { code, send } = separate(args)
  const ways = ['listen', 'to', 'with', 'join'].filter((name) => args.has(name))
  const asked = code === '-'
  const ofCode = code === undefined || asked ? [] : ['CODE']
  if (ways.length + ofCode.length > 1)
    throw usage(`choose one of ${[...ofCode, ...ways.map((way) => `--${way}`)].join(', ')}`)
  if (args.has('remember') && args.has('with'))
    throw usage('--with meets a contact that is remembered already')
  const secret = secretOf(asked ? undefined : code, args, env)
  const meeting = meetingOf(args, secret, asked)
  if ('secret' in meeting && meeting.secret.from === 'prompt' && !canAsk)
    throw usage('there is no terminal to ask on: set HUFU_CODE, or give --code-stdin')
  return {
    meeting,
    server: args.one('server'),
    ca: args.one('ca') ?? given(env['HUFU_CA']),
    shownAs: args.one('as'),
    remember: args.one('remember'),
    key: args.one('key'),
    acceptsChangedKey: args.has('accept-changed-key'),
    send,
    receive: args.one('receive'),
    awayMs: awayOf(args.one('away')),
    rekey: args.has('rekey') ? readRekey(args.one('rekey')!) : undefined,
  }
}

function given(value: string | undefined): string | undefined {
  return value === '' ? undefined : value
}

/** `--send a b CODE`: what has the form of a code is the code, unless there is one already. */
function separate(args: Arguments): {
  readonly code: string | undefined
  readonly send: readonly string[]
} {
  const [code] = args.operands
  const send = args.many('send')
  const last = send.at(-1)
  if (code !== undefined || last === undefined || !parseCode(last).ok) return { code, send }
  if (send.length === 1) throw usage('--send needs a value: --send PATH…')
  return { code: last, send: send.slice(0, -1) }
}

function secretOf(
  code: string | undefined,
  args: Arguments,
  env: NodeJS.ProcessEnv,
): SecretFrom | undefined {
  if (code !== undefined) {
    if (args.has('code-stdin')) throw usage('the code was given twice: as CODE and by --code-stdin')
    return { from: 'given', text: code }
  }
  if (args.has('code-stdin')) return { from: 'stdin' }
  const { HUFU_CODE: text } = env
  return text === undefined || text === '' ? undefined : { from: 'given', text }
}

function meetingOf(args: Arguments, secret: SecretFrom | undefined, asked: boolean): Meeting {
  const ask: SecretFrom = { from: 'prompt' }
  const [to, contact] = [args.one('to'), args.one('with')]
  if (args.has('listen')) {
    const name = args.one('as')
    if (name === undefined) return { by: 'attend', secret: secret ?? ask }
    return { by: 'listen', name: nameOf(name), secret: secret ?? ask }
  }
  if (to?.includes('@') === true) return { by: 'ring-user', user: to, secret: secret ?? ask }
  if (to !== undefined) return { by: 'ring', name: nameOf(to), secret: secret ?? ask }
  if (contact !== undefined) return { by: 'contact', name: contact }
  if (secret !== undefined) return { by: 'join', secret }
  return asked || args.has('join') ? { by: 'join', secret: ask } : { by: 'open' }
}

function nameOf(typed: string): string {
  const name = prepareName(typed)
  if (!name.ok) throw new HufuError(name.code, typed)
  return name.value
}

function awayOf(typed: string | undefined): number | undefined {
  if (typed === undefined) return undefined
  const seconds = /^[0-9]{1,6}$/.test(typed) ? Number(typed) : 0
  if (seconds === 0) throw usage('--away takes a whole number of seconds, 1 or more')
  return seconds * 1_000
}
