import type { VNode } from 'preact'
import type { Conversation } from '../../state/conversation.ts'
import { text } from '../../state/language.ts'

/** The four words to compare. They stay until the user has said what came of it. */
export function Words(props: { readonly conversation: Conversation }): VNode {
  const { words, judge } = props.conversation
  const { heading, body, same, differ, label } = text.value.words
  return (
    <section class="words card" aria-labelledby="words">
      <h2 id="words">{heading}</h2>
      <ol aria-label={label} translate={false} lang="en">
        {words.map((word) => (
          <li key={word}>{word}</li>
        ))}
      </ol>
      <p>{body}</p>
      <div class="buttons">
        <button type="button" class="button jade" onClick={() => judge(true)}>
          {same}
        </button>
        <button type="button" class="button" onClick={() => judge(false)}>
          {differ}
        </button>
      </div>
    </section>
  )
}
