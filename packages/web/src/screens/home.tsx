import type { VNode } from 'preact'
import { useEffect } from 'preact/hooks'
import { CodeForm } from '../components/code-form.tsx'
import { Heading } from '../components/heading.tsx'
import { Tally } from '../components/tally.tsx'
import { contacts, loadContacts } from '../state/contacts.ts'
import { text } from '../state/language.ts'
import { go } from '../state/place.ts'
import { begin } from '../state/session.ts'
import { seat } from '../state/keys/seat.ts'

/** Contacts that are offered on the first screen. */
const FEW = 4

/** Where one starts: open, join, ring, meet again. */
export function Home(): VNode {
  const { headline, lead, open, openButton, join, name, ring, listen } = text.value.home
  return (
    <>
      <section class="hero" aria-labelledby="headline">
        <Tally />
        <div>
          <Heading id="headline">{headline}</Heading>
          <p class="lead">{lead}</p>
        </div>
      </section>
      <div class="cards starts">
        <section class="card" aria-labelledby="open">
          <h2 id="open">{open.heading}</h2>
          <p>{open.body}</p>
          <button type="button" class="button bronze large" onClick={() => begin({ by: 'open' })}>
            {openButton}
          </button>
        </section>
        <section class="card" aria-labelledby="join">
          <h2 id="join">{join.heading}</h2>
          <p>{join.body}</p>
          <CodeForm />
        </section>
      </div>
      <div class="more">
        <User />
        <MeetAgain />
        <section aria-labelledby="by-name">
          <h2 id="by-name">{name.heading}</h2>
          <p>{name.body}</p>
          <div class="buttons">
            <button type="button" class="button" onClick={() => go({ at: 'ring' })}>
              {ring}
            </button>
            <button type="button" class="button" onClick={() => go({ at: 'listen' })}>
              {listen}
            </button>
          </div>
        </section>
      </div>
    </>
  )
}

/** Who is signed in here. */
function User(): VNode {
  const { heading, body, signIn, here, otherTab, ended, more } = text.value.home.user
  const { value } = seat
  const told = (): string => {
    if (value.at === 'nobody') return value.ended === undefined ? body : ended(value.ended.user)
    return value.at === 'other-tab' ? otherTab(value.user) : here(value.user)
  }
  return (
    <section aria-labelledby="user">
      <h2 id="user">{heading}</h2>
      <p>{told()}</p>
      <button type="button" class="button" onClick={() => go({ at: 'keys' })}>
        {value.at === 'nobody' ? signIn : more}
      </button>
    </section>
  )
}

function MeetAgain(): VNode | null {
  const { home, contacts: words } = text.value
  useEffect(() => void loadContacts(), [])
  if (contacts.value.length === 0) return null
  return (
    <section aria-labelledby="again">
      <h2 id="again">{home.contacts}</h2>
      <div class="buttons">
        {contacts.value.slice(0, FEW).map(({ name }) => (
          <button
            type="button"
            key={name}
            class="button"
            aria-label={words.meetName(name)}
            onClick={() => begin({ by: 'contact', name })}
          >
            <bdi>{name}</bdi>
          </button>
        ))}
        <button type="button" class="button quiet" onClick={() => go({ at: 'contacts' })}>
          {home.allContacts}
        </button>
      </div>
    </section>
  )
}
