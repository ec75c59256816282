import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { useEffect } from 'preact/hooks'
import { Dialog } from '../../components/dialog.tsx'
import { pins, type PinnedUser } from '../../ports/pins.ts'
import { day } from '../../state/keys/dates.ts'
import { text } from '../../state/language.ts'
import { keysText } from '../../strings/keys/index.ts'

/** Users who were met and verified, each to be forgotten. Nothing where there are none. */
export function Met(): VNode | null {
  const { heading, body, since, forget, forgetName, forgetBody, forgotten } = keysText.value.met
  const { kinds } = keysText.value
  const met = useSignal<readonly PinnedUser[]>([])
  const asking = useSignal('')
  const done = useSignal('')
  const load = (): void =>
    void pins
      .all()
      .then((all) => (met.value = all))
      .catch(() => undefined) // without storage nobody was met
  useEffect(load, [])
  const act = async (user: string): Promise<void> => {
    asking.value = ''
    await pins.forget(user)
    done.value = forgotten(user)
    load()
  }
  if (met.value.length === 0 && done.value === '') return null
  return (
    <section class="met" aria-labelledby="met">
      <h2 id="met">{heading}</h2>
      <p class="small">{body}</p>
      <p role="status" class={done.value === '' ? 'unseen' : ''}>
        {done.value}
      </p>
      <ul class="list">
        {met.value.map(({ user, keys }) => (
          <li class="card contact" key={user}>
            <div class="about">
              <h3 translate={false}>{user}</h3>
              {keys.map(({ keyId, kind, metUnixMs }) => (
                <p class="small" key={keyId.join()}>
                  {since(kinds[kind], day(metUnixMs))}
                </p>
              ))}
            </div>
            <button
              type="button"
              class="button"
              aria-label={forgetName(user)}
              onClick={() => (asking.value = user)}
            >
              {forget}
            </button>
          </li>
        ))}
      </ul>
      {asking.value !== '' && (
        <Dialog heading={forgetName(asking.value)} close={() => (asking.value = '')}>
          <p>{forgetBody}</p>
          <div class="buttons">
            <button type="button" class="button red" onClick={() => void act(asking.value)}>
              {forget}
            </button>
            <button type="button" class="button" autofocus onClick={() => (asking.value = '')}>
              {text.value.act.cancel}
            </button>
          </div>
        </Dialog>
      )}
    </section>
  )
}
