import type { ListedKey } from '@hufu/terminal'
import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { Dialog } from '../../components/dialog.tsx'
import { addPasskey, isInUse, revoke } from '../../state/keys/acts.ts'
import { day } from '../../state/keys/dates.ts'
import { text } from '../../state/language.ts'
import { keysText } from '../../strings/keys/index.ts'
import { Outcome, useActing, type Acting } from './acting.tsx'

/** The user's keys: a further one is made, one is revoked. */
export function KeyList(props: {
  readonly keys: readonly ListedKey[]
  readonly reload: () => void
}): VNode {
  const { keys, reload } = props
  const { heading, body, add, addBody, added, revoked } = keysText.value.list
  const { same, last, strangers } = keysText.value.told
  const acting = useActing()
  const asking = useSignal<ListedKey | undefined>(undefined)
  const done = useSignal('')
  const act = async (what: Parameters<Acting['run']>[0], told: string): Promise<void> => {
    done.value = ''
    asking.value = undefined
    if ((await acting.run(what)) === undefined) return
    done.value = told
    reload()
  }
  return (
    <section aria-labelledby="own-keys">
      <h2 id="own-keys">{heading}</h2>
      <p class="small">{body}</p>
      <ul class="list">
        {keys.map((key) => (
          <One key={key.keyId.join()} listed={key} revoke={() => (asking.value = key)} />
        ))}
      </ul>
      <div class="buttons">
        <button
          type="button"
          class="button jade"
          disabled={acting.busy.value}
          aria-describedby="add-body"
          onClick={() => void act(addPasskey, added)}
        >
          {add}
        </button>
        <span class="small" id="add-body">
          {addBody}
        </span>
      </div>
      <p role="status">{acting.busy.value ? keysText.value.touching : done.value}</p>
      <Outcome
        acting={acting}
        told={{
          ERR_KEY_EXISTS: same,
          ERR_RELEASE_REFUSED: last,
          ERR_KEY_UNKNOWN: strangers,
          ERR_TERMINAL_IN_USE: strangers,
        }}
      />
      {asking.value !== undefined && (
        <Revoke
          listed={asking.value}
          close={() => (asking.value = undefined)}
          act={(listed) => void act(() => revoke(listed.keyId), revoked)}
        />
      )}
    </section>
  )
}

function One(props: { readonly listed: ListedKey; readonly revoke: () => void }): VNode {
  const { keyId, kind, created, lastUsed, revoked } = props.listed
  const { list, kinds } = keysText.value
  return (
    <li class={revoked === null ? 'card contact' : 'card contact gone'}>
      <div class="about">
        <h3>
          {kinds[kind]}
          {isInUse(keyId) && <span class="mark">{list.here}</span>}
        </h3>
        <p class="small">
          {list.made(day(created))} ·{' '}
          {revoked !== null
            ? list.revokedAt(day(revoked))
            : lastUsed === null
              ? list.unused
              : list.used(day(lastUsed))}
        </p>
      </div>
      {revoked === null && (
        <button
          type="button"
          class="button"
          aria-label={list.revokeName(kinds[kind], day(created))}
          onClick={props.revoke}
        >
          {list.revoke}
        </button>
      )}
    </li>
  )
}

function Revoke(props: {
  readonly listed: ListedKey
  readonly close: () => void
  readonly act: (listed: ListedKey) => void
}): VNode {
  const { listed, close, act } = props
  const { list, kinds } = keysText.value
  return (
    <Dialog heading={list.revokeName(kinds[listed.kind], day(listed.created))} close={close}>
      <p>{list.revokeBody}</p>
      <div class="buttons">
        <button type="button" class="button red" onClick={() => act(listed)}>
          {list.revoke}
        </button>
        <button type="button" class="button" autofocus onClick={close}>
          {text.value.act.cancel}
        </button>
      </div>
    </Dialog>
  )
}
