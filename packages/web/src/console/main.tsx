import { effect } from '@preact/signals'
import { render } from 'preact'
import { insecureReason } from '../ports/secure.ts'
import { language } from '../state/language.ts'
import { LANGUAGES } from '../strings/languages.ts'
import { Console } from './app.tsx'
import { currentPage } from './current.ts'
import { beginSession, session } from './state/session.ts'
import { words } from './state/words.ts'

effect(() => {
  document.documentElement.lang = LANGUAGES[language.value].tag
  const { name, pages } = words.value
  const page = session.value.at === 'in' ? `: ${pages[currentPage().path]}` : ''
  document.title = `hufu ${name}${page}`
})

if (insecureReason() === undefined) beginSession()

const place = document.getElementById('app')
if (place !== null) render(<Console />, place)
