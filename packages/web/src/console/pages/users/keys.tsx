import type { VNode } from 'preact'
import { State } from '../../parts/facts.tsx'
import { Table, type Column } from '../../parts/table.tsx'
import { ago, day, moment } from '../../state/format.ts'
import { revokeKey, type UserKey } from '../../state/users-api.ts'
import { words } from '../../state/words.ts'
import type { Reasoned } from './with-reason.tsx'

/** A user's keys: what holds each, how long it is good, when it was used. `revoke`: undefined for who may not. */
export function KeyList(props: {
  readonly keys: readonly UserKey[]
  readonly revoke: ((key: UserKey) => void) | undefined
}): VNode {
  const { keys, revoke } = props
  const t = words.value.users
  const acts: Column<UserKey> = {
    title: '',
    kind: 'acts',
    cell: (key) =>
      key.revoked === null && (
        <div class="buttons">
          <button
            type="button"
            class="button"
            aria-label={t.revokeOf(shortKey(key.id))}
            onClick={() => revoke?.(key)}
          >
            {t.revoke}
          </button>
        </div>
      ),
  }
  return (
    <Table<UserKey>
      caption={t.keys}
      none={t.noKeys}
      rows={keys}
      keyOf={({ id }) => id}
      columns={[
        {
          title: t.key,
          kind: 'heading',
          cell: ({ id }) => (
            <code translate={false} title={id}>
              {shortKey(id)}
            </code>
          ),
        },
        { title: t.kind, cell: ({ kind }) => t.kinds[kind] },
        { title: t.state, cell: (key) => <KeyState {...key} /> },
        { title: t.created, cell: ({ created }) => day(created) },
        {
          title: t.lastUsed,
          cell: ({ lastUsed }) => (lastUsed === null ? t.never : ago(lastUsed)),
        },
        ...(revoke === undefined ? [] : [acts]),
      ]}
    />
  )
}

/** What is asked before a key is revoked. */
export function revocationOf(user: string, { id }: UserKey): Reasoned {
  const t = words.value.users
  return {
    heading: t.revokeOf(shortKey(id)),
    body: t.revokeBody(user),
    verb: t.revoke,
    work: (reason) => revokeKey(id, reason),
    told: t.revokedNow(shortKey(id)),
  }
}

function KeyState({ expires, reason, revoked }: UserKey): VNode {
  const t = words.value.users
  if (revoked !== null)
    return (
      <>
        <State good={false}>{t.revoked}</State>
        <span class="small under-it">
          {moment(revoked)}
          {reason !== null && reason !== '' && `: ${reason}`}
        </span>
      </>
    )
  return expires > Date.now() ? (
    <>
      <State good>{t.good}</State>
      <span class="small under-it">{t.until(day(expires))}</span>
    </>
  ) : (
    <State good={false}>{t.expired(day(expires))}</State>
  )
}

/** Enough of it to tell keys apart, as its user sees it in lists. */
function shortKey(id: string): string {
  return `${id.slice(0, 10)}…`
}
