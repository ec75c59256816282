import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { useEffect } from 'preact/hooks'
import { Heading } from '../components/heading.tsx'
import { contacts, loadContacts, type Listed } from '../state/contacts.ts'
import { locale, text } from '../state/language.ts'
import { begin } from '../state/session.ts'
import { MetLater } from './keys/later.tsx'
import { Forget, Rename } from './contact-dialogs.tsx'

/** Everybody that can be met again. */
export function Contacts(): VNode {
  const { heading, body, none } = text.value.contacts
  const asking = useSignal<
    { readonly what: 'rename' | 'forget'; readonly name: string } | undefined
  >(undefined)
  const done = useSignal('')
  useEffect(() => void loadContacts(), [])
  const close = (told = ''): void => {
    asking.value = undefined
    done.value = told
  }
  return (
    <div class="contacts">
      <Heading>{heading}</Heading>
      <p class="lead">{contacts.value.length === 0 ? none : body}</p>
      <p class="unseen" role="status">
        {done.value}
      </p>
      <ul class="list">
        {contacts.value.map((contact) => (
          <One
            key={contact.name}
            contact={contact}
            ask={(what) => (asking.value = { what, name: contact.name })}
          />
        ))}
      </ul>
      <MetLater />
      {asking.value?.what === 'rename' && <Rename name={asking.value.name} close={close} />}
      {asking.value?.what === 'forget' && <Forget name={asking.value.name} close={close} />}
    </div>
  )
}

function One(props: {
  readonly contact: Listed
  readonly ask: (what: 'rename' | 'forget') => void
}): VNode {
  const { name, usedUnixMs } = props.contact
  const { meet, meetName, rename, renameName, forget, forgetName, used } = text.value.contacts
  const day = new Intl.DateTimeFormat(locale.value, { dateStyle: 'medium' })
  return (
    <li class="card contact">
      <div class="about">
        <h2>
          <bdi>{name}</bdi>
        </h2>
        <p class="small">{used(day.format(usedUnixMs))}</p>
      </div>
      <div class="buttons">
        <button
          type="button"
          class="button jade"
          aria-label={meetName(name)}
          onClick={() => begin({ by: 'contact', name })}
        >
          {meet}
        </button>
        <button
          type="button"
          class="button"
          aria-label={renameName(name)}
          onClick={() => props.ask('rename')}
        >
          {rename}
        </button>
        <button
          type="button"
          class="button"
          aria-label={forgetName(name)}
          onClick={() => props.ask('forget')}
        >
          {forget}
        </button>
      </div>
    </li>
  )
}
