import type { SecurityKey } from '@hufu/protocol/identity'
import type { Call } from '@hufu/terminal'
import type { Arguments } from '../arguments.ts'
import type { Output } from '../output.ts'
import { report } from '../report.ts'
import type { Desk } from '../signin/desk.ts'
import { callsAt } from './caller.ts'
import { converse } from './converse.ts'
import { isTaken, joined } from './decide.ts'
import { callerOf, callsText, ringsHere, tellMissed, type Rung } from './rings.ts'

/** Calls at a terminal where somebody stays signed in, and is rung for pairing as well. */
export interface StayingCalls {
  /**
   * Resolves with a call that somebody there has taken; whom nobody can be asked about is only told of. Rejects with
   * `ERR_INTERRUPTED` when `signal` is aborted, and on Ctrl-C.
   *
   * @param alone asks, while nothing else is asked at this terminal
   */
  taken(signal: AbortSignal, alone: Alone): Promise<Rung>
  /** Joins, and talks until it is over. What goes wrong is told. */
  answer(rung: Rung): Promise<void>
  /** Does something else: whoever calls meanwhile is shown. */
  beside(act: () => Promise<void>): Promise<void>
  close(): void
}

/** One question at a time. */
export type Alone = <T>(ask: () => Promise<T>) => Promise<T>

/** What it works with. */
export interface StayingPorts {
  readonly desk: Desk
  readonly key: SecurityKey
  readonly output: Output
  /** Whether somebody sits there. */
  readonly isTyped: boolean
  readonly stop: AbortController
}

/** Rings for calls from now on, wherever the terminal's line is rung. */
export async function stayingCalls(args: Arguments, ports: StayingPorts): Promise<StayingCalls> {
  const { desk, key, output, isTyped, stop } = ports
  const { signal } = stop
  const rings = ringsHere(output)
  // whoever pairs asks to be rung while it waits
  const { started, accepts } = await callsAt({ desk, key }, args, output, {
    ringing: rings.rang,
    attends: false,
  })

  const talk = async (call: Call): Promise<void> => {
    const { typedInput } = await import('../pair/typed-input.ts')
    const input = typedInput(output.screen, () => stop.abort())
    await rings.beside(true, (others) =>
      converse(call, {
        output,
        input,
        user: key.user,
        sources: [],
        receive: undefined,
        audio: undefined,
        recorder: undefined,
        others,
        signal,
      }),
    )
  }
  /** Is rung for what is not paired meanwhile. */
  const attending = async (act: () => Promise<void>): Promise<void> => {
    started.attend(true)
    try {
      await act()
    } finally {
      started.attend(false)
    }
  }

  return {
    async taken(until, alone) {
      for (;;) {
        const rung = await rings.next(until)
        if (!isTyped) show(rung, output)
        else if (
          await alone(() => isTaken(rung, { output, accepts, isAuto: false, signal: until }))
        )
          return rung
        else if (until.aborted) rings.back(rung)
      }
    },
    answer: (rung) =>
      attending(async () => {
        try {
          const call = await joined(rung, output)
          if (call !== undefined) await talk(call)
        } catch (error) {
          // whoever calls may have given up at this moment; others may still ring
          await report(error, output)
        }
      }),
    beside: (act) => attending(() => rings.beside(false, act)),
    close: () => started.close(),
  }
}

/** Nobody can be asked: it is told who calls, and how it is answered. */
function show({ ring }: Rung, output: Output): void {
  void output.event({ event: 'called', ...callerOf(ring) })
  output.note(callsText(ring))
  output.note('  `hufu answer --as NAME` beside this, with any other NAME for a terminal, takes it')
  ring.signal.addEventListener('abort', () => tellMissed(ring, output), { once: true })
}
