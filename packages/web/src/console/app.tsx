import type { VNode } from 'preact'
import { useRef } from 'preact/hooks'
import { Heading } from '../components/heading.tsx'
import { LanguageSwitch } from '../components/language-switch.tsx'
import { insecureReason } from '../ports/secure.ts'
import { Insecure } from '../screens/insecure.tsx'
import { text } from '../state/language.ts'
import { Navigation } from './navigation.tsx'
import { Entrance } from './pages/entrance.tsx'
import { FaultNote } from './parts/fault-note.tsx'
import type { ConsolePage } from './pages.ts'
import { currentPage, pagesFor } from './current.ts'
import { look, session, type Session } from './state/session.ts'
import { words } from './state/words.ts'

/** The whole console. */
export function Console(): VNode {
  const main = useRef<HTMLElement>(null)
  const now = session.value
  return (
    <div class="page console">
      <a
        class="skip"
        href="#content"
        onClick={(event) => {
          event.preventDefault() // the fragment names the page
          main.current?.focus()
        }}
      >
        {text.value.skip}
      </a>
      <header class="top">
        <p class="name">
          <span class="hufu" translate={false}>
            hufu <span lang="zh-Hans">虎符</span>
          </span>{' '}
          {words.value.name}
        </p>
        <LanguageSwitch />
      </header>
      <div class={now.at === 'in' ? 'rooms' : 'rooms alone'}>
        {now.at === 'in' && <Navigation who={now.who} />}
        <main id="content" tabIndex={-1} ref={main}>
          {insecureReason() === undefined ? <Room session={now} /> : <Insecure />}
        </main>
      </div>
    </div>
  )
}

function Room(props: { readonly session: Session }): VNode {
  const now = props.session
  switch (now.at) {
    case 'looking':
      return <p role="status">{words.value.loading}</p>
    case 'lost':
      return (
        <div class="narrow">
          <Heading>{words.value.entrance.lostHeading}</Heading>
          <FaultNote fault={now.fault} />
          <button type="button" class="button jade" onClick={() => void look()}>
            {words.value.again}
          </button>
        </div>
      )
    case 'out':
      return <Entrance first={now.first} ended={now.ended} />
    case 'in': {
      const page = currentPage()
      return pagesFor(now.who).includes(page) ? (
        <page.page key={page.path} />
      ) : (
        <Closed key={page.path} page={page} />
      )
    }
  }
}

/** A page that whoever is signed in may not see: a link led here. */
function Closed({ page }: { readonly page: ConsolePage }): VNode {
  return (
    <>
      <Heading>{words.value.pages[page.path]}</Heading>
      <FaultNote fault={{ code: 'ERR_FORBIDDEN', permission: page.permission }} />
    </>
  )
}
