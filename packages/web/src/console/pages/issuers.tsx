import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { Heading } from '../../components/heading.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { Table, type Column } from '../parts/table.tsx'
import { day } from '../state/format.ts'
import { useLive } from '../state/live.ts'
import { may } from '../state/session.ts'
import { listIssuers, removeIssuer, type Issuer } from '../state/users-api.ts'
import { words } from '../state/words.ts'
import { AddIssuer } from './users/add-issuer.tsx'

/** Who is trusted to certify users. */
export function Issuers(): VNode {
  const { live, reload } = useLive(listIssuers, 0)
  const asking = useSignal<'add' | Issuer | undefined>(undefined)
  const told = useSignal('')
  const t = words.value.issuers
  const now = asking.value
  const close = (): void => void (asking.value = undefined)
  const done = (text: string): void => {
    told.value = text
    close()
    reload()
  }
  return (
    <>
      <Heading>{words.value.pages.issuers}</Heading>
      <p class="lead">{t.body}</p>
      {may('issuers.write') && (
        <div class="buttons above">
          <button type="button" class="button bronze" onClick={() => (asking.value = 'add')}>
            {t.add}
          </button>
        </div>
      )}
      <p class="told-of" role="status">
        {told.value}
      </p>
      <Loaded live={live} again={reload}>
        {({ issuers }) => (
          <List
            issuers={issuers}
            remove={may('issuers.write') ? (one) => (asking.value = one) : undefined}
          />
        )}
      </Loaded>
      {now === 'add' && <AddIssuer added={() => done(t.added)} close={close} />}
      {now !== undefined && now !== 'add' && (
        <Confirm
          heading={t.removeOf(now.subject)}
          verb={t.remove}
          work={() => removeIssuer(now.id)}
          done={() => done(t.removed)}
          close={close}
        >
          <p>{t.removeBody}</p>
        </Confirm>
      )}
    </>
  )
}

function List(props: {
  readonly issuers: readonly Issuer[]
  readonly remove: ((issuer: Issuer) => void) | undefined
}): VNode {
  const { issuers, remove } = props
  const t = words.value.issuers
  const acts: Column<Issuer> = {
    title: '',
    kind: 'acts',
    cell: (issuer) =>
      !issuer.ours && (
        <div class="buttons">
          <button
            type="button"
            class="button"
            aria-label={t.removeOf(issuer.subject)}
            onClick={() => remove?.(issuer)}
          >
            {t.remove}
          </button>
        </div>
      ),
  }
  return (
    <Table<Issuer>
      caption={words.value.pages.issuers}
      none={t.none}
      rows={issuers}
      keyOf={({ id }) => id}
      columns={[
        {
          title: t.name,
          kind: 'heading',
          cell: ({ subject, ours }) => (
            <>
              <span class="id" translate={false}>
                {subject}
              </span>
              {ours && <span class="badge">{t.ours}</span>}
            </>
          ),
        },
        {
          title: t.namespaces,
          cell: ({ namespaces }) => (
            <span class="id" translate={false}>
              {namespaces.join(', ')}
            </span>
          ),
        },
        { title: t.expires, cell: ({ expires }) => day(expires) },
        ...(remove === undefined ? [] : [acts]),
      ]}
    />
  )
}
