import { effect } from '@preact/signals'
import { render } from 'preact'
import { language, text } from './language.ts'
import { Page } from './page.tsx'
import { LANGUAGES } from './text/languages.ts'

effect(() => {
  document.documentElement.lang = LANGUAGES[language.value].tag
  document.title = text.value.title
})

const place = document.getElementById('app')
if (place !== null) render(<Page />, place)
