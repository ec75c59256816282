import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { useEffect } from 'preact/hooks'
import { useAct } from './state/act.ts'
import type { Who } from './state/api.ts'
import { currentPage, pagesFor } from './current.ts'
import { linkTo, place } from './state/place.ts'
import { signOut } from './state/session.ts'
import { words } from './state/words.ts'

/** The pages that may be seen, and who sees them. On a phone, behind a button. */
export function Navigation({ who }: { readonly who: Who }): VNode {
  const open = useSignal(false)
  const act = useAct()
  const here = currentPage().path
  const { navigation, menu, pages, roles, signOut: leave } = words.value
  useEffect(() => void (open.value = false), [place.value])
  return (
    <nav class={open.value ? 'sides open' : 'sides'} aria-label={navigation}>
      <button
        type="button"
        class="button menu"
        aria-expanded={open.value}
        onClick={() => (open.value = !open.value)}
      >
        {menu}
        <strong>{pages[here]}</strong>
      </button>
      <div class="list-of">
        <ul>
          {pagesFor(who).map(({ path }) => (
            <li key={path}>
              <a
                href={linkTo(path)}
                aria-current={path === here ? 'page' : undefined}
                onClick={() => (open.value = false)}
              >
                {pages[path]}
              </a>
            </li>
          ))}
        </ul>
        <div class="who">
          <p>
            <strong>{who.operator}</strong>
            <span class="small">{roles[who.role] ?? who.role}</span>
          </p>
          <button
            type="button"
            class="button"
            aria-disabled={act.busy}
            onClick={() => void act.run(signOut)}
          >
            {leave}
          </button>
        </div>
      </div>
    </nav>
  )
}
