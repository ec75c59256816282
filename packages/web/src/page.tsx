import type { VNode } from 'preact'
import { text } from './language.ts'
import { LanguageSwitch } from './language-switch.tsx'
import { More } from './more.tsx'
import { PairSteps } from './pair-steps.tsx'
import { Server } from './server.tsx'
import { Tally } from './tally.tsx'

/** The whole page. */
export function Page(): VNode {
  const { skip, headline, lead, footer } = text.value
  return (
    <div class="page">
      <a class="skip" href="#content">
        {skip}
      </a>
      <header class="top">
        <p class="name" translate={false}>
          hufu <span lang="zh-Hans">虎符</span>
        </p>
        <LanguageSwitch />
      </header>
      <main id="content" tabIndex={-1}>
        <section class="hero" aria-labelledby="headline">
          <div>
            <h1 id="headline">{headline}</h1>
            <p class="lead">{lead}</p>
          </div>
          <Tally />
        </section>
        <PairSteps />
        <More />
        <Server />
      </main>
      <footer class="bottom">
        <p>{footer}</p>
      </footer>
    </div>
  )
}
