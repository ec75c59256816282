import type { Whereabouts } from '@hufu/terminal'
import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { release } from '../../state/keys/acts.ts'
import { moment } from '../../state/keys/dates.ts'
import { keysText } from '../../strings/keys/index.ts'
import { Outcome, useActing } from './acting.tsx'

/** Where else the user is signed in, each to be released. */
export function Elsewhere(props: {
  readonly terminals: Whereabouts['elsewhere']
  readonly reload: () => void
}): VNode {
  const { terminals, reload } = props
  const words = keysText.value.here
  const acting = useActing()
  const done = useSignal('')
  const letGo = async (terminal: Uint8Array): Promise<void> => {
    done.value = ''
    const released = await acting.run(() => release(terminal))
    if (released === undefined) return
    done.value = words.released(shortId(terminal))
    reload()
  }
  return (
    <section aria-labelledby="elsewhere">
      <h2 id="elsewhere">{words.elsewhere}</h2>
      {terminals.length === 0 && <p class="small">{words.nowhere}</p>}
      <ul class="list">
        {terminals.map(({ terminal, since, connected }) => {
          const id = shortId(terminal)
          return (
            <li class="card contact" key={id}>
              <div class="about">
                <h3>{words.terminal(id)}</h3>
                <p class="small">
                  {words.signedInSince(moment(since))} · {connected ? words.connected : words.away}
                </p>
              </div>
              <button
                type="button"
                class="button"
                aria-label={words.releaseThere(id)}
                disabled={acting.busy.value}
                onClick={() => void letGo(terminal)}
              >
                {words.releaseIt}
              </button>
            </li>
          )
        })}
      </ul>
      <p role="status">{done.value}</p>
      <Outcome acting={acting} />
    </section>
  )
}

/** As `hufu whoami` shortens a communication ID. */
function shortId(terminal: Uint8Array): string {
  return [...terminal.subarray(0, 4)].map((octet) => octet.toString(16).padStart(2, '0')).join('')
}
