import type { Room } from './room.ts'

/**
 * `flood`: as fast as they come; `paced`: fifty a second and sender, as speech; `once`: one frame to each room after a
 * while of quiet.
 */
export type Pace = 'flood' | 'paced' | 'once'

/** Frames of one sender that may be under way in a flood. Nobody's queue overflows. */
const WINDOW = 64
/** Milliseconds from one frame of a sender to its next. */
const PERIOD_MS = 20

/** Every sender has so many frames under way at all times, until the result is called. */
export function flood(room: Room, senders: number): () => void {
  let going = true
  const fill = (sender: number): void => {
    while (going && room.underWay(sender) < WINDOW) room.send(sender)
  }
  room.onArrived(fill)
  for (let sender = 0; sender < senders; sender += 1) fill(sender)
  return () => (going = false)
}

/** Every sender sends at its own moment of the period, the moments evenly spread, until the result is called. */
export function paced(room: Room, senders: number): () => void {
  const gap = PERIOD_MS / senders
  const start = performance.now()
  let sent = 0
  let timer: NodeJS.Timeout | undefined
  const turn = (): void => {
    while (start + sent * gap <= performance.now()) {
      room.send(sent % senders)
      sent += 1
    }
    timer = setTimeout(turn, Math.max(1, Math.floor(start + sent * gap - performance.now())))
  }
  turn()
  return () => clearTimeout(timer)
}
