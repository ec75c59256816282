import type { VNode } from 'preact'
import { choose, language, text } from '../state/language.ts'
import { isLanguage, LANGUAGES } from '../strings/languages.ts'

/** One button for each language, each labelled in its own. */
export function LanguageSwitch(): VNode {
  return (
    <div class="languages" role="group" aria-label={text.value.languages}>
      {Object.keys(LANGUAGES)
        .filter(isLanguage)
        .map((each) => (
          <button
            type="button"
            key={each}
            lang={LANGUAGES[each].tag}
            aria-pressed={each === language.value}
            onClick={() => choose(each)}
          >
            {LANGUAGES[each].name}
          </button>
        ))}
    </div>
  )
}
