import { HufuError } from '@hufu/protocol/wire'
import type { Arguments } from '../arguments.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { terminalIdText } from '../ids.ts'
import { MESSAGES } from '../messages.ts'
import { iso } from '../operator/show.ts'
import type { Output } from '../output.ts'
import type { SigninEvent, Whereabouts } from '@hufu/terminal'
import { openDesk, type Desk } from '../signin/desk.ts'

/** `hufu whoami`: who is signed in at this terminal, and where else. Ends with `ERR_SIGNIN_NONE` if nobody is. */
export async function run(args: Arguments, output: Output): Promise<ExitCode> {
  const on = (event: SigninEvent): void => {
    if (event.type === 'released') noteEnd(event, output)
  }
  const desk = await openDesk(args, output, { on })
  try {
    const { here, elsewhere } =
      desk.stayedBy === undefined ? await desk.signin.whereabouts() : await noted(desk)
    if (here === undefined) throw new HufuError('ERR_SIGNIN_NONE', `at ${desk.server}`)
    const { user, by, since, expires } = here
    const terminal = terminalIdText(desk.terminalId)
    const times = { since: iso(since), expires: iso(expires) }
    await output.event({ event: 'bound', user, by, terminal, ...times })
    for (const { terminal, since, expires, connected } of elsewhere) {
      const id = terminalIdText(terminal)
      const times = { since: iso(since), expires: iso(expires) }
      await output.event({ event: 'elsewhere', terminal: id, ...times, connected })
    }
    if (output.json) return EXIT.success
    await output.print(`${user}\n`)
    output.note(`by ${by === 'key' ? 'a key' : 'the chip'}, until ${iso(expires)}`)
    for (const { terminal, expires, connected } of elsewhere) {
      const how = connected ? '' : ', not connected now'
      output.note(`also at terminal ${terminalIdText(terminal)}, until ${iso(expires)}${how}`)
    }
    return EXIT.success
  } finally {
    await desk.close()
  }
}

/** What ended a sign-in at this terminal while nothing ran here, which the server tells once. */
function noteEnd(
  { user, code, reason }: Extract<SigninEvent, { type: 'released' }>,
  output: Output,
): void {
  if (code === null) return
  output.note(`${user} is no longer signed in here: ${MESSAGES[code].what} (${code})`)
  if (reason !== '') output.note(`  ${reason}`)
}

/** While another process has the terminal's connection, what the profile knows has to do: the server would ask who is there. */
async function noted(desk: Desk): Promise<Whereabouts> {
  const place = await desk.places.read(desk.server)
  if (place === undefined) return { here: undefined, elsewhere: [] }
  const { user, key, sinceUnixMs: since, expiresUnixMs: expires } = place
  return { here: { user, by: key === null ? 'chip' : 'key', since, expires }, elsewhere: [] }
}
