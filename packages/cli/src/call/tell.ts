import { base64url } from '@hufu/protocol/crypto'
import type { Call, CallEvent, CallIdentity } from '@hufu/terminal'
import { MESSAGES } from '../messages.ts'
import type { Output } from '../output.ts'
import { KIND_TEXT } from '../pair/identified.ts'

/** Everything that happens in a call and is only to be told. */
type Told = Exclude<CallEvent, { type: 'text' | 'offer' | 'closed' }>

/** Tells it: to the person at the terminal in a line, to a program as it is. Resolves false if nobody reads stdout any more. */
export function tell(event: Told, call: Call, output: Output): Promise<boolean> {
  for (const line of linesOf(event, call)) output.note(line)
  switch (event.type) {
    case 'member': {
      const { user, state } = event
      const index = 'index' in event ? { index: event.index } : {}
      const code = 'code' in event ? { code: event.code } : {}
      const by = event.state === 'joined' ? keyOf(event) : {}
      return output.event({ event: 'member', user: user ?? null, state, ...index, ...by, ...code })
    }
    case 'host': {
      const { user, self, how } = event
      return output.event({ event: 'host', user, self, how })
    }
    case 'rival':
      return output.event({ event: 'rival', user: event.user ?? null })
    case 'hop': {
      const { epoch, reason, tookMs, members } = event
      return output.event({
        event: 'hop',
        epoch,
        reason,
        ms: Math.round(tookMs * 10) / 10,
        members,
      })
    }
    case 'deaf':
      return output.event({ event: 'deaf', deaf: event.deaf })
    case 'connection': {
      const state = event.state === 'back' ? 'connected' : 'lost'
      return output.event({ event: 'connection', state, of: event.of })
    }
    case 'returned':
      return output.event({ event: 'returned' })
  }
}

/** A key as events show it. */
export function keyOf({ kind, keyId, pinned, sinceUnixMs }: CallIdentity) {
  const since = new Date(sinceUnixMs).toISOString()
  return { kind, key: base64url(keyId), pinned, since }
}

/** `verified by a hardware token; known since 2026-11-02`. */
export function verifiedText(identity: CallIdentity): string {
  return `verified by ${keyText(identity)}`
}

/** `a hardware token; known since 2026-11-02`. */
export function keyText({ kind, pinned, sinceUnixMs }: CallIdentity): string {
  const since = new Date(sinceUnixMs).toISOString().slice(0, 10)
  const known = {
    new: 'met for the first time',
    same: `known since ${since}`,
    changed: `known since ${since} WITH ANOTHER KEY: be sure who it is`,
  }
  return `${KIND_TEXT[kind]}; ${known[pinned]}`
}

function linesOf(event: Told, call: Call): readonly string[] {
  switch (event.type) {
    case 'member':
      return memberLines(event)
    case 'host':
      if (event.self) return ['you are the host of the call now']
      return [
        `${event.user} is the host of the call now${event.how === 'taken' ? ': the host before is gone' : ''}`,
      ]
    case 'rival':
      return [
        `hufu: ${event.user ?? 'somebody'} claims to host this call, and has no right to: the call may be split. ` +
          'Compare the code (/code), or leave.',
      ]
    case 'hop':
      return event.reason === 'asked'
        ? [`the key has changed (${Math.round(event.tookMs)} ms)`]
        : []
    case 'deaf':
      return event.deaf
        ? ['the host is not heard: nothing is sent until it is, or another takes over']
        : ['the host is heard again']
    case 'connection':
      if (event.of === 'media') return []
      if (event.state === 'lost') return ['the server is lost; trying again']
      // others are told once they are back in the call
      return call.isHost ? ['the server is there again'] : []
    case 'returned':
      return [`back in the call${call.isHost ? ', as its host' : ''}`]
  }
}

function memberLines(event: Extract<Told, { type: 'member' }>): readonly string[] {
  const { user } = event
  switch (event.state) {
    case 'ringing':
      return [`ringing ${user}`]
    case 'busy':
      return [`${user} is in another call; it rings on there`]
    case 'declined':
      return [`${user} declines`]
    case 'unanswered':
      if (event.code === 'ERR_CALL_SEAT') return [`${user} is in the call already`]
      if (event.code === 'ERR_CALL_WITHDRAWN')
        return [`${user} is rung no longer: the new host may invite them`]
      return [`${user} does not answer`]
    case 'joined':
      return [`${user} is in the call, ${verifiedText(event)}`]
    case 'left':
      return [`${user} has left`]
    case 'removed':
      return [`${user} was taken out`]
    case 'lost':
      return [`${user} is lost, and may come back`]
    case 'back':
      return [`${user} is back`]
    case 'refused': {
      const { what, next } = MESSAGES[event.code]
      return [`hufu: ${user ?? 'somebody'} is not let in: ${what} (${event.code})`, `  ${next}`]
    }
  }
}
