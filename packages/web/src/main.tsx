import { effect } from '@preact/signals'
import { render } from 'preact'
import { App } from './app.tsx'
import { keepOffline } from './ports/offline.ts'
import { insecureReason } from './ports/secure.ts'
import { unread } from './state/attention.ts'
import { followSeat } from './state/keys/seat.ts'
import { language, text } from './state/language.ts'
import { followAddress } from './state/place.ts'
import { goOn, isOn, letsGo } from './state/session.ts'
import { LANGUAGES } from './strings/languages.ts'

effect(() => {
  document.documentElement.lang = LANGUAGES[language.value].tag
  const { title } = text.value
  document.title = unread.value === 0 ? title : `(${unread.value}) ${title}`
})

followAddress({ isOn, letsGo })
if (insecureReason() === undefined) {
  void goOn()
  followSeat()
  keepOffline()
}

const place = document.getElementById('app')
if (place !== null) render(<App />, place)
