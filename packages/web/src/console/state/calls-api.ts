import { ask, type Answer } from './client.ts'
import { flag, list, number, record, text, type Read } from './reading.ts'

/*
 * The part of the operator's API that is about calls: see `api.ts`.
 */

const about = {
  id: text,
  initiator: text,
  host: text,
  since: number,
  size: number,
  ringing: number,
  epoch: number,
}
const listed = record(about)
const member = record({
  index: number,
  user: text,
  terminal: text,
  since: number,
  isHost: flag,
  connected: flag,
})
const shown = record({ ...about, members: list(member), rings: list(text) })

export type ListedCall = Read<typeof listed>
export type ShownCall = Read<typeof shown>
export type CallMember = Read<typeof member>

/** Calls, the newest first. */
export const listCalls = (
  limit: number,
  offset: number,
): Promise<Answer<{ readonly total: number; readonly calls: readonly ListedCall[] }>> =>
  ask({
    path: '/calls',
    query: { limit, offset },
    answer: record({ total: number, calls: list(listed) }),
  })

/** One call, with those who are in it. */
export const showCall = (id: string): Promise<Answer<ShownCall>> =>
  ask({ path: `/calls/${encodeURIComponent(id)}`, answer: shown })

/** Ends a call for all. */
export const endCall = (id: string, reason: string): Promise<Answer<unknown>> =>
  ask({
    method: 'POST',
    path: `/calls/${encodeURIComponent(id)}/end`,
    body: { reason },
    answer: record({}),
  })
