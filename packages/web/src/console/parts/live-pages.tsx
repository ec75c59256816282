import { useSignal } from '@preact/signals'
import type { ComponentChildren, VNode } from 'preact'
import { Heading } from '../../components/heading.tsx'
import type { Answer } from '../state/client.ts'
import { count } from '../state/format.ts'
import { useLive } from '../state/live.ts'
import { LiveBar } from './live-bar.tsx'
import { Loaded } from './loaded.tsx'
import { TurnPages } from './turn-pages.tsx'

/** Rows on a page, and milliseconds between two looks at them. */
const ON_PAGE = 50
const LOOK_MS = 2_000

/** What there is at this moment, looked at again and again, page by page. */
export function LivePages<T extends { readonly total: number }>(props: {
  readonly heading: string
  readonly words: {
    readonly body: string
    readonly total: (count: string) => string
    readonly newer: string
    readonly older: string
  }
  readonly load: (limit: number, offset: number) => Promise<Answer<T>>
  readonly children: (page: T) => ComponentChildren
}): VNode {
  const { heading, words, load, children } = props
  const offset = useSignal(0)
  const from = offset.value
  const { live, reload } = useLive(() => load(ON_PAGE, from), LOOK_MS, from)
  return (
    <>
      <div class="titled">
        <Heading>{heading}</Heading>
        <LiveBar />
      </div>
      <p class="lead">{words.body}</p>
      <Loaded live={live} again={reload}>
        {(page) => (
          <>
            <p class="total">{words.total(count(page.total))}</p>
            {children(page)}
            {page.total > ON_PAGE && (
              <TurnPages
                newerName={words.newer}
                olderName={words.older}
                newer={from === 0 ? undefined : () => (offset.value = Math.max(0, from - ON_PAGE))}
                older={
                  from + ON_PAGE >= page.total ? undefined : () => (offset.value = from + ON_PAGE)
                }
              />
            )}
          </>
        )}
      </Loaded>
    </>
  )
}
