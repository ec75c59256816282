import type { VNode } from 'preact'
import { Command } from '../components/command.tsx'
import { Copy } from '../components/copy.tsx'
import { Heading } from '../components/heading.tsx'
import { Qr } from '../components/qr.tsx'
import { TimeLeft } from '../components/time-left.tsx'
import { canShare, share } from '../ports/share.ts'
import { text } from '../state/language.ts'
import { linkTo, serverUrl } from '../state/server.ts'

/** The code, large enough to be read across a table, and every way in which it can reach the other. */
export function Open(props: { readonly code: string; readonly untilMs: number }): VNode {
  const { code, untilMs } = props
  const { heading, body, left, copyCode, copyLink, share: pass, ways } = text.value.open
  const { here, shell, picture, careful } = text.value.open
  const link = linkTo(code)
  return (
    <div class="open">
      <Heading>{heading}</Heading>
      <p class="lead">{body}</p>
      <BigCode code={code} />
      <TimeLeft untilMs={untilMs} say={left} />
      <div class="buttons centred">
        <Copy content={code} label={copyCode} class="button bronze" />
        <Copy content={link} label={copyLink} />
        {canShare() && (
          <button type="button" class="button" onClick={() => void share(link)}>
            {pass}
          </button>
        )}
      </div>
      <section class="ways" aria-labelledby="ways">
        <Qr content={link} label={picture} />
        <div>
          <h2 id="ways">{ways}</h2>
          <p>{here(location.host)}</p>
          <Command label={shell} line={`npx hufu pair ${code} --server ${serverUrl()}`} />
          <p class="small">{careful}</p>
        </div>
      </section>
    </div>
  )
}

/** The number in the one colour, the words in the other: the server knows the first and never sees the second. */
function BigCode(props: { readonly code: string }): VNode {
  const { number, words: told } = text.value.open
  const [slot, ...words] = props.code.split('-')
  return (
    <div class="big-code">
      <p class="code" translate={false} lang="en">
        <span class="slot">
          {slot}
          <span class="dash">-</span>
        </span>
        <span class="spoken">
          {words.map((word, at) => (
            <span key={at}>
              {word}
              {at < words.length - 1 && <span class="dash">-</span>}
            </span>
          ))}
        </span>
      </p>
      <p class="who">
        <span class="slot">{number}</span>
        <span class="spoken">{told}</span>
      </p>
    </div>
  )
}
