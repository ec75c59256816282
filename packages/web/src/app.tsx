import type { ComponentChildren, VNode } from 'preact'
import { useRef } from 'preact/hooks'
import { LanguageSwitch } from './components/language-switch.tsx'
import { insecureReason } from './ports/secure.ts'
import { About } from './screens/about.tsx'
import { Contacts } from './screens/contacts.tsx'
import { Failed } from './screens/failed.tsx'
import { Home } from './screens/home.tsx'
import { Insecure } from './screens/insecure.tsx'
import { AlarmLater, EnrolLater, KeysLater } from './screens/keys/later.tsx'
import { Join } from './screens/join.tsx'
import { Listen } from './screens/listen.tsx'
import { Pairing } from './screens/pairing.tsx'
import { Ring } from './screens/ring.tsx'
import { Talk } from './screens/talk/talk.tsx'
import { shownOnce } from './state/keys/seat.ts'
import { text } from './state/language.ts'
import { go, place, type Place } from './state/place.ts'
import { dismiss, session } from './state/session.ts'

/** The whole app. A session, while there is one, takes the place of everything else. */
export function App(): VNode {
  if (insecureReason() !== undefined)
    return (
      <Page>
        <Insecure />
      </Page>
    )
  const now = session.value
  switch (now.at) {
    case 'talking':
      return (
        <Page whole>
          <Talk conversation={now.conversation} />
        </Page>
      )
    case 'pairing':
      return (
        <Page>
          <Pairing {...now} />
        </Page>
      )
    case 'failed':
      return (
        <Page>
          <Failed how={now.how} code={now.code} />
        </Page>
      )
    case 'looking':
      return (
        <Page>
          <p role="status">{text.value.talk.returning}</p>
        </Page>
      )
    case 'none':
      return (
        <Page places>
          <Screen place={place.value} />
        </Page>
      )
  }
}

function Screen(props: { readonly place: Place }): VNode {
  const { place } = props
  switch (place.at) {
    case 'home':
      return <Home />
    case 'join':
      return <Join code={place.code} />
    case 'ring':
      return <Ring />
    case 'listen':
      return <Listen />
    case 'contacts':
      return <Contacts />
    case 'about':
      return <About />
    case 'keys':
      return <KeysLater />
    case 'enrol':
      return <EnrolLater key={place.code} code={place.code} />
  }
}

/** What stands around every screen. `whole`: the screen fills the window, and scrolls in itself. */
function Page(props: {
  readonly children: ComponentChildren
  readonly whole?: boolean
  readonly places?: boolean
}): VNode {
  const main = useRef<HTMLElement>(null)
  return (
    <div class={props.whole === true ? 'page whole' : 'page'}>
      <a
        class="skip"
        href="#content"
        onClick={(event) => {
          event.preventDefault() // the fragment is where codes come in
          main.current?.focus()
        }}
      >
        {text.value.skip}
      </a>
      <header class="top">
        <Name />
        {props.places === true && !shownOnce.value && <Places />}
        <LanguageSwitch />
      </header>
      <main id="content" tabIndex={-1} ref={main}>
        {props.children}
        <AlarmLater />
      </main>
      {props.whole !== true && (
        <footer class="bottom">
          <p>{text.value.about.footer}</p>
        </footer>
      )}
    </div>
  )
}

/** The name; it leads to the start where nothing is lost by that. */
function Name(): VNode {
  const name = (
    <>
      hufu <span lang="zh-Hans">虎符</span>
    </>
  )
  const isHome = session.value.at === 'none' && place.value.at === 'home'
  const leads =
    !isHome && !shownOnce.value && (session.value.at === 'none' || session.value.at === 'failed')
  return (
    <p class="name" translate={false}>
      {leads ? (
        <button
          type="button"
          onClick={() => (session.value.at === 'failed' ? dismiss() : go({ at: 'home' }))}
        >
          {name}
        </button>
      ) : (
        name
      )}
    </p>
  )
}

function Places(): VNode {
  const { label, contacts, keys, about } = text.value.nav
  const link = (at: 'contacts' | 'keys' | 'about', name: string): VNode => (
    <button
      type="button"
      class="button quiet"
      aria-current={place.value.at === at ? 'page' : undefined}
      onClick={() => go({ at })}
    >
      {name}
    </button>
  )
  return (
    <nav aria-label={label}>
      {link('contacts', contacts)}
      {link('keys', keys)}
      {link('about', about)}
    </nav>
  )
}
