import { hex, unhex } from '@hufu/protocol/crypto'
import type { CallCeremony } from '../../ceremonies/call/index.ts'
import { listedCalls, listedMembers } from '../../store/call-list.ts'
import { findCall } from '../../store/calls.ts'
import { HufuError } from '@hufu/protocol/wire'
import { act, actorOf, granted, refused, type ActPorts } from '../act.ts'
import { callId, reason, terminalId, userId } from '../forms.ts'
import { nothing, route, type Route } from '../route.ts'
import { digits, flag, list, object, time, whole, type Described } from '../schema.ts'

/** What is needed to see calls, and to end them. */
export interface CallRoutePorts extends ActPorts, Pick<CallCeremony, 'forget' | 'tellOver'> {
  /** True if the terminal is connected. */
  isThere(terminal: Uint8Array): boolean
}

/** Calls in one answer. */
const MOST = 500
/** Members in one answer, and users who are rung. */
const MOST_IN = 10_000

const listed = {
  id: callId,
  initiator: userId,
  host: userId,
  since: time,
  size: whole(0),
  ringing: whole(0),
  epoch: whole(0),
}
const callRow = object(listed)
const memberRow = object({
  index: whole(0),
  user: userId,
  terminal: terminalId,
  since: time,
  isHost: flag,
  connected: flag,
})
const named = object({ call: callId })

/** Which calls there are: who, where, since when, how many; never what is said. */
export function callRoutes(ports: CallRoutePorts): readonly Route[] {
  const { store, isThere } = ports
  return [
    route({
      id: 'listCalls',
      method: 'GET',
      path: '/calls',
      about:
        'Calls, the newest first. `size`: members; `ringing`: users who have not answered; `epoch`: of the key, as the host told last. `host`: whoever placed the call, while nobody hosts it.',
      access: 'calls.read',
      query: object({}, { limit: digits(1, MOST), offset: digits(0) }),
      answer: object({ total: whole(0), calls: list(callRow, MOST) }),
      async handle({ query: { limit = 100, offset = 0 } }) {
        const { total, calls } = await store.read((db) => listedCalls(db, limit, offset))
        return { total, calls: calls.map(({ id, ...call }) => ({ id: hex(id), ...call })) }
      },
    }),
    route({
      id: 'showCall',
      method: 'GET',
      path: '/calls/{call}',
      about:
        'One call: its members in the order of their indices, each with their terminal, and who is rung. `connected`: the terminal is, to this server.',
      access: 'calls.read',
      params: named,
      answer: object({
        ...listed,
        members: list(memberRow, MOST_IN),
        rings: list(userId, MOST_IN),
      }),
      refuses: ['ERR_CALL_UNKNOWN'],
      async handle({ params: { call } }) {
        const found = await store.read((db) => listedMembers(db, unhex(call)))
        if (found === undefined) throw new HufuError('ERR_CALL_UNKNOWN')
        const { id, members, ...rest } = found
        const shown = members.map(({ terminal, ...member }) => ({
          terminal: hex(terminal),
          ...member,
          connected: isThere(terminal),
        }))
        return {
          id: hex(id),
          ...rest,
          members: shown satisfies readonly Described<typeof memberRow>[],
        }
      },
    }),
    route({
      id: 'endCall',
      method: 'POST',
      path: '/calls/{call}/end',
      about: 'Ends a call for all who are in it. Their terminals show them the reason.',
      access: 'calls.end',
      params: named,
      body: object({ reason }),
      answer: nothing,
      refuses: ['ERR_CALL_UNKNOWN'],
      async handle({ who, params, body: { reason } }) {
        const code = 'ERR_CALL_FORCED'
        const over = await act(ports, {
          who: who!,
          permission: 'calls.end',
          deed: {
            action: 'call.end',
            object: { kind: 'call', id: params.call },
            detail: { code, reason },
          },
          async work(db) {
            const call = await findCall(db, unhex(params.call))
            const why = { code, reason, actor: actorOf(who!) } as const
            const over = call && (await ports.forget(db, call.id, why))
            return over === undefined ? refused('ERR_CALL_UNKNOWN') : granted(over)
          },
        })
        ports.tellOver(over)
        return {}
      },
    }),
  ]
}
