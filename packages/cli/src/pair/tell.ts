import type { PairEvent, Ringing } from '@hufu/terminal'
import { shortTerminalId, terminalIdText } from '../ids.ts'
import { MESSAGES } from '../messages.ts'
import type { Output } from '../output.ts'
import { plain } from '../tty/plain.ts'
import type { Meeting } from './intent.ts'

/** Tells of what happens on the way to a session, and of the connection after that. */
export function teller(meeting: Meeting, output: Output): (event: PairEvent) => void {
  let connected = true
  return (event) => {
    // One notice a loss is enough for people, however often it is tried again.
    if (event.type === 'lost' && connected) output.note('the server is lost; trying again')
    if (event.type === 'connected') connected = true
    else if (event.type === 'lost') connected = false
    tell(event, meeting, output)
  }
}

function tell(event: PairEvent, meeting: Meeting, output: Output): void {
  switch (event.type) {
    case 'code': {
      const { code, lifetimeMs } = event
      void output.event({ event: 'code', code, expires: Math.floor(lifetimeMs / 1_000) })
      output.note(`say this code to the other; good for one try, within ${minutes(lifetimeMs)}:`)
      output.note(code) // alone on its line, for whoever reads it by program
      return
    }
    case 'listening':
      void output.event({ event: 'waiting', name: event.name })
      output.note(`listening as ${event.name}; the other rings with: hufu pair --to ${event.name}`)
      return
    case 'waiting':
      void output.event({ event: 'waiting' })
      output.note('waiting for the other')
      return
    case 'requested':
      void output.event({ event: 'ringing' })
      if (meeting.by === 'ring') output.note(`ringing ${meeting.name}`)
      return
    case 'ringing': {
      const { name, terminal } = event.ringing.from
      void output.event({ event: 'ringing', from: name, terminal: terminalIdText(terminal) })
      output.note(`${ringerText(event.ringing.from)} rings`)
      return
    }
    case 'failed':
      void output.event({ event: 'failed', code: event.code })
      output.note(`hufu: ${MESSAGES[event.code].what} (${event.code})`)
      if (event.code === 'ERR_PAIR_GUESSED') output.note(`  ${GUESSED}`)
      output.note('  Still listening.')
      return
    case 'connected':
      void output.event({ event: 'connection', state: 'connected' })
      return
    case 'lost':
      void output.event({ event: 'connection', state: 'lost', inMs: event.retryMs })
      return
  }
}

/** By name nothing is burned; whoever rang may try again, and the server counts. */
const GUESSED =
  'Whoever rang gave another passphrase than you. If that was no slip, choose a new one.'

/** Who rings, as they say themselves: nothing of it is verified yet. */
export function ringerText(from: Ringing['from']): string {
  const name = from.name === '' ? 'somebody' : `"${plain(from.name)}" (not verified)`
  return `${name} at terminal ${shortTerminalId(from.terminal)}`
}

function minutes(ms: number): string {
  const whole = Math.round(ms / 60_000)
  return whole === 1 ? 'a minute' : `${whole} minutes`
}
