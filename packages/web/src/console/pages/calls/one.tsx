import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { Heading } from '../../../components/heading.tsx'
import { Facts, State } from '../../parts/facts.tsx'
import { LiveBar } from '../../parts/live-bar.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { Table } from '../../parts/table.tsx'
import { endCall, showCall, type CallMember, type ShownCall } from '../../state/calls-api.ts'
import { ago, count, moment } from '../../state/format.ts'
import { useLive } from '../../state/live.ts'
import { linkTo } from '../../state/place.ts'
import { may } from '../../state/session.ts'
import { words } from '../../state/words.ts'
import { shortTerminal } from '../users/bindings.tsx'
import { WithReason, type Reasoned } from '../users/with-reason.tsx'

/** Milliseconds between two looks. */
const LOOK_MS = 2_000

/** One call: who is in it, where, who is rung, and how it is ended. */
export function OneCall({ call }: { readonly call: string }): VNode {
  const asking = useSignal<Reasoned | undefined>(undefined)
  const told = useSignal('')
  const isOver = told.value !== ''
  const { live, reload } = useLive(() => showCall(call), isOver ? 0 : LOOK_MS, call)
  const t = words.value.calls
  const now = live.value
  const isGone = now.at === 'there' && now.fault?.code === 'ERR_CALL_UNKNOWN'
  useEffect(() => {
    // it ended by itself, or by somebody else
    if (!isGone || isOver) return
    told.value = t.ended(shortCall(call))
    asking.value = undefined
  }, [isGone])
  const note = useRef<HTMLParagraphElement>(null)
  useEffect(() => {
    // the button that had the focus is not there any more
    if (isOver && document.activeElement === document.body) note.current?.focus()
  }, [isOver])
  return (
    <>
      <p class="back">
        <a href={linkTo('calls')}>{t.back}</a>
      </p>
      <div class="titled">
        <Heading>
          {t.id}{' '}
          <code translate={false} title={call}>
            {shortCall(call)}
          </code>
        </Heading>
        {!isOver && <LiveBar />}
      </div>
      <p class="told-of" role="status" tabIndex={-1} ref={note}>
        {told.value}
      </p>
      {!isOver && (
        <Loaded live={live} again={reload}>
          {(shown) => (
            <>
              {may('calls.end') && (
                <div class="buttons above">
                  <button
                    type="button"
                    class="button red"
                    onClick={() => (asking.value = endingOf(shown))}
                  >
                    {t.end}
                  </button>
                </div>
              )}
              <About call={shown} />
            </>
          )}
        </Loaded>
      )}
      {asking.value !== undefined && (
        <WithReason
          what={asking.value}
          done={(text) => {
            told.value = text
            asking.value = undefined
          }}
          close={() => (asking.value = undefined)}
        />
      )}
    </>
  )
}

function About({ call }: { readonly call: ShownCall }): VNode {
  const t = words.value.calls
  const host = call.members.find(({ isHost }) => isHost)
  return (
    <>
      <Facts
        facts={[
          [t.initiator, <Whole key="initiator" user={call.initiator} />],
          [t.host, host === undefined ? t.noHost : <Whole key="host" user={host.user} />],
          [t.since, moment(call.since)],
          [t.size, count(call.size)],
          [t.ringing, count(call.ringing)],
          [t.epoch, count(call.epoch)],
        ]}
      />
      <section>
        <h2>{t.members}</h2>
        <Members members={call.members} />
      </section>
      {call.rings.length > 0 && (
        <section>
          <h2>{t.rung}</h2>
          <Table<string>
            caption={t.rung}
            rows={call.rings}
            keyOf={(user) => user}
            columns={[
              {
                title: words.value.users.user,
                kind: 'heading',
                cell: (user) => <User user={user} />,
              },
            ]}
          />
        </section>
      )}
    </>
  )
}

function Members({ members }: { readonly members: readonly CallMember[] }): VNode {
  const t = words.value.calls
  return (
    <Table<CallMember>
      caption={t.members}
      none={t.nobody}
      rows={members}
      keyOf={({ index }) => index}
      columns={[
        {
          title: words.value.users.user,
          kind: 'heading',
          cell: ({ user, isHost }) => (
            <>
              <User user={user} />
              {isHost && <span class="small under-it">{t.isHost}</span>}
            </>
          ),
        },
        {
          title: words.value.users.terminal,
          cell: ({ terminal }) => (
            <code translate={false} title={terminal}>
              {shortTerminal(terminal)}
            </code>
          ),
        },
        {
          title: words.value.users.state,
          cell: ({ connected }) => (
            <State good={connected}>{connected ? words.value.users.connected : t.away}</State>
          ),
        },
        { title: t.index, kind: 'number', cell: ({ index }) => count(index) },
        { title: t.since, kind: 'time', cell: ({ since }) => ago(since) },
      ]}
    />
  )
}

/** A user ID that is too long for a line goes on at its place. */
function Whole({ user }: { readonly user: string }): VNode {
  const at = user.indexOf('@')
  return (
    <span class="id" translate={false}>
      {user.slice(0, at)}
      <wbr />
      {user.slice(at)}
    </span>
  )
}

function User({ user }: { readonly user: string }): VNode {
  if (!may('users.read'))
    return (
      <span class="id" translate={false}>
        {user}
      </span>
    )
  return (
    <a class="id" href={linkTo('users', user)} translate={false}>
      {user}
    </a>
  )
}

/** What is asked before a call is ended. */
function endingOf({ id, size }: ShownCall): Reasoned {
  const t = words.value.calls
  return {
    heading: t.endOf(shortCall(id)),
    body: t.endBody(count(size)),
    verb: t.end,
    work: (reason) => endCall(id, reason),
    told: t.ended(shortCall(id)),
  }
}

/** Enough of it to tell calls apart. */
export function shortCall(id: string): string {
  return `${id.slice(0, 8)}…`
}
