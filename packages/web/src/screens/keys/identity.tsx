import type { Identified } from '@hufu/terminal'
import type { VNode } from 'preact'
import { Icon } from '../../components/icon.tsx'
import { day } from '../../state/keys/dates.ts'
import { text } from '../../state/language.ts'
import { keysText } from '../../strings/keys/index.ts'

/** Who the other is: what its KEY has shown, or that it has shown none. */
export function Identity(props: { readonly who: Identified }): VNode {
  const { who } = props
  const words = keysText.value.who
  if (!who.verified) return <Unverified who={who} />
  const since = day(who.sinceUnixMs)
  const known = { new: words.first, same: words.since(since), changed: words.changed(since) }
  return (
    <p class="identity good">
      <Icon name="check" />
      <span>
        {words.verified(who.user, keysText.value.kinds[who.kind])} {known[who.pinned]}
      </span>
    </p>
  )
}

function Unverified(props: { readonly who: Extract<Identified, { verified: false }> }): VNode {
  const { user, code, known } = props.who
  const words = keysText.value.who
  const what =
    user === undefined
      ? words.nobody
      : code === undefined
        ? words.unshown(user)
        : words.claimed(user)
  return (
    <p class={known ? 'identity bad' : 'identity'}>
      {(known || code !== undefined) && <Icon name="warn" />}
      <span>
        {what}
        {known && user !== undefined && ` ${words.wasKnown(user)}`}
        {code !== undefined && ` ${words.why}: ${text.value.errors[code].what}`}
      </span>
    </p>
  )
}

/** Beside the other's name, where it is verified. */
export function Badge(props: { readonly who: Identified }): VNode | null {
  const { who } = props
  if (!who.verified) return null
  const words = keysText.value.who
  return (
    <p class="badge" title={words.verified(who.user, keysText.value.kinds[who.kind])}>
      <Icon name="check" /> {words.badge}
    </p>
  )
}
