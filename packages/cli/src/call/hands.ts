import type { Call } from '@hufu/terminal'
import { typedPath } from '../files/typed-path.ts'
import type { Output } from '../output.ts'
import type { Receiver } from '../pair/incoming.ts'
import type { Sender } from '../pair/outgoing.ts'
import { report } from '../report.ts'
import { userIds } from './options.ts'
import type { Others } from './rings.ts'
import { verifiedText } from './tell.ts'
import { readTyped, TYPED_HELP } from './typed.ts'

/** What a typed line can set in motion. */
export interface Hands {
  readonly call: Call
  readonly user: string
  readonly output: Output
  readonly say: (text: string) => Promise<boolean>
  readonly sending: Sender
  readonly receiving: Receiver
  /** Whoever calls meanwhile; undefined where nobody is rung. */
  readonly others: Others | undefined
  readonly quit: (how: 'leave' | 'end') => void
}

/** Does what was typed; false if the call is over. What cannot be done is told, and the call goes on. */
export async function act(line: string, hands: Hands): Promise<boolean> {
  try {
    return await perform(line, hands)
  } catch (error) {
    await report(error, hands.output, '/help')
    return true
  }
}

async function perform(line: string, hands: Hands): Promise<boolean> {
  const { call, output, others, sending, receiving, user } = hands
  const typed = readTyped(line)
  switch (typed.do) {
    case 'say':
      return typed.text === '' ? true : hands.say(typed.text)
    case 'send': {
      const { openCallSource } = await import('./with-files.ts')
      sending.send(await openCallSource(typedPath(typed.path)))
      return true
    }
    case 'accept':
      if (!(await receiving.accept(typedPath(typed.directory)))) output.note('nothing is offered')
      else if (call.members.size > 2)
        output.note('it comes once all have said whether they want it, or after a minute')
      return true
    case 'decline':
      if (!receiving.decline()) output.note('nothing is offered')
      return true
    case 'invite':
      await call.invite(userIds(typed.users, user))
      return true
    case 'remove': {
      const other = userIds(typed.users, user)[0]!
      const isRung = call.ringing.has(other)
      if (!isRung && !isThere(other, hands)) return true
      await call.remove(other)
      if (isRung) output.note(`${other} is rung no longer`)
      return true
    }
    case 'hand': {
      const other = userIds(typed.users, user)[0]!
      if (isThere(other, hands)) await call.hand(other)
      return true
    }
    case 'answer':
      if (others === undefined) output.note('nobody else calls')
      else if (others.answer()) hands.quit('leave')
      return true
    case 'reject':
      if (others === undefined) output.note('nobody else calls')
      else others.reject()
      return true
    case 'hop':
      await call.hop()
      return true
    case 'leave':
      hands.quit('leave')
      return true
    case 'end':
      if (call.isHost) hands.quit('end')
      else output.note('only the host ends the call; /leave leaves')
      return true
    case 'who':
      for (const text of whoLines(call)) output.note(text)
      return true
    case 'code':
      for (const text of codeLines(call)) output.note(text)
      return true
    case 'unknown':
      output.note(`there is no /${typed.word}`)
      break
    case 'help':
      break
  }
  for (const text of TYPED_HELP) output.note(text)
  return true
}

/** Whether that user is in the call; told if not, to a host. */
function isThere(user: string, { call, output }: Hands): boolean {
  // who is no host is told that first
  if (!call.isHost || [...call.members.values()].some((member) => member.user === user)) return true
  output.note(`${user} is not in the call; /who shows who is`)
  return false
}

function whoLines(call: Call): readonly string[] {
  const members = [...call.members.values()].toSorted((a, b) => a.index - b.index)
  const lines = members.map((member) => {
    const isSelf = member.index === call.self
    const marks = [
      ...(member.index === call.host ? ['host'] : []),
      ...(isSelf ? ['you'] : []),
      ...(member.state === 'lost' ? ['lost'] : []),
    ]
    const mark = marks.length === 0 ? '' : ` (${marks.join(', ')})`
    return `  ${member.user}${mark}${isSelf ? '' : `, ${verifiedText(member)}`}`
  })
  return [...lines, ...[...call.ringing].map((user) => `  ${user} (ringing)`)]
}

function codeLines({ code }: Call): readonly string[] {
  if (code === undefined) return ['not all who are in the call are verified yet']
  return [
    'who sees the same, by whatever other way, is in the same call with the same keys:',
    `  ${code.words.join(' ')}`,
    `  ${code.digits}`,
  ]
}
