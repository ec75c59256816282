import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { Heading } from '../../components/heading.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { ShownOnce } from '../parts/shown-once.tsx'
import { Table } from '../parts/table.tsx'
import { listTokens, revokeToken, type NewToken, type Token } from '../state/api.ts'
import { ago, day, moment } from '../state/format.ts'
import { useLive } from '../state/live.ts'
import { may } from '../state/session.ts'
import { words } from '../state/words.ts'
import { NewTokenDialog } from './new-token.tsx'

type Asking =
  | { readonly at: 'new' }
  | { readonly at: 'made'; readonly made: NewToken }
  | { readonly at: 'revoke'; readonly token: Token }

/** What programs sign in by. */
export function Tokens(): VNode {
  const { live, reload } = useLive(listTokens, 0)
  const asking = useSignal<Asking | undefined>(undefined)
  const told = useSignal('')
  const t = words.value.tokens
  const close = (): void => void (asking.value = undefined)
  const now = asking.value
  return (
    <>
      <Heading>{words.value.pages.tokens}</Heading>
      <p class="lead">{t.body}</p>
      <div class="buttons above">
        <button type="button" class="button bronze" onClick={() => (asking.value = { at: 'new' })}>
          {t.create}
        </button>
      </div>
      <p class="told-of" role="status">
        {told.value}
      </p>
      <Loaded live={live} again={reload}>
        {({ tokens }) => (
          <List tokens={tokens} revoke={(token) => (asking.value = { at: 'revoke', token })} />
        )}
      </Loaded>
      {now?.at === 'new' && (
        <NewTokenDialog
          close={close}
          made={(made) => {
            asking.value = { at: 'made', made }
            reload()
          }}
        />
      )}
      {now?.at === 'made' && (
        <ShownOnce
          heading={t.madeHeading}
          body={t.madeBody}
          label={t.token}
          secret={now.made.token}
          use={{ label: t.tryIt, line: tryLine(now.made.token) }}
          close={close}
        />
      )}
      {now?.at === 'revoke' && (
        <Confirm
          heading={t.revokeName(now.token.name)}
          verb={t.revoke}
          work={() => revokeToken(now.token.id)}
          done={() => {
            told.value = t.revoked(now.token.name)
            close()
            reload()
          }}
          close={close}
        >
          <p>{t.revokeBody}</p>
        </Confirm>
      )}
    </>
  )
}

function List(props: {
  readonly tokens: readonly Token[]
  readonly revoke: (token: Token) => void
}): VNode {
  const t = words.value.tokens
  const owner = { title: t.owner, cell: (token: Token) => token.operator }
  return (
    <Table<Token>
      caption={words.value.pages.tokens}
      none={t.none}
      rows={props.tokens}
      keyOf={({ id }) => id}
      columns={[
        {
          title: t.label,
          kind: 'heading',
          cell: ({ name, id }) => (
            <>
              <bdi>{name}</bdi>
              <code class="small under-it" translate={false}>
                {id}
              </code>
            </>
          ),
        },
        ...(may('tokens.all') ? [owner] : []),
        { title: t.scope, cell: ({ scope }) => <Scope scope={scope} /> },
        { title: t.expires, cell: ({ expires }) => <Expiry expires={expires} /> },
        {
          title: t.lastUsed,
          cell: ({ lastUsed }) => (lastUsed === null ? t.never : ago(lastUsed)),
        },
        {
          title: '',
          kind: 'acts',
          cell: (token) => (
            <button
              type="button"
              class="button"
              aria-label={t.revokeName(token.name)}
              onClick={() => props.revoke(token)}
            >
              {t.revoke}
            </button>
          ),
        },
      ]}
    />
  )
}

function Scope({ scope }: { readonly scope: readonly string[] }): VNode {
  const { tokens, permissions } = words.value
  if (scope.length === 0) return <span class="small">{tokens.noScope}</span>
  return (
    <ul class="detail">
      {scope.map((each) => (
        <li key={each}>
          <code translate={false} title={permissions[each]}>
            {each}
          </code>
        </li>
      ))}
    </ul>
  )
}

function Expiry({ expires }: { readonly expires: number }): VNode {
  const over = expires <= Date.now()
  return (
    <time dateTime={new Date(expires).toISOString()} title={moment(expires)}>
      {day(expires)}
      {over && <span class="badge">{words.value.tokens.expired}</span>}
    </time>
  )
}

/** Asks who the token is: whatever its scope, it may ask that. */
function tryLine(token: string): string {
  const address = new URL('api/v1/session', location.href)
  return `curl -H "Authorization: Bearer ${token}" ${address.href}`
}
