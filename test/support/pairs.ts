import { drawWords, parseCode } from '@hufu/protocol/pair'
import { random } from '@hufu/protocol/crypto'
import { pair, type PairOptions, type Talk, type TalkClosed, type TalkEvent } from '@hufu/terminal'

/** Two terminals that have paired by slot, each over a server address of its own. */
export interface Paired {
  readonly opener: Talk
  readonly joiner: Talk
}

type Options = Pick<PairOptions, 'awayMs' | 'profile' | 'introductions' | 'ports'>

/** Pairs two terminals of this process. */
export async function pairBySlot(
  openerServer: string,
  joinerServer: string = openerServer,
  options: { readonly opener?: Options; readonly joiner?: Options } = {},
): Promise<Paired> {
  const code = Promise.withResolvers<string>()
  const opener = pair({
    ...options.opener,
    server: openerServer,
    via: { by: 'open', words: drawWords(random) },
    on: (event) => {
      if (event.type === 'code') code.resolve(event.code)
    },
  })
  opener.catch(code.reject)
  const parsed = parseCode(await code.promise)
  if (!parsed.ok) throw new Error(parsed.code)
  const joiner = pair({
    ...options.joiner,
    server: joinerServer,
    via: { by: 'join', code: parsed.value },
  })
  const [first, second] = await Promise.all([opener, joiner])
  return { opener: first, joiner: second }
}

/** Reads a talk's events to the end; `texts` fills as they come. `on` is awaited before the next is asked for. */
export function listen(
  talk: Talk,
  on: (event: TalkEvent) => void | Promise<void> = () => undefined,
): { readonly texts: string[]; readonly closed: Promise<TalkClosed> } {
  const texts: string[] = []
  const read = async (): Promise<TalkClosed> => {
    for await (const event of talk.events()) {
      if (event.type === 'text') texts.push(event.text)
      await on(event)
      if (event.type === 'closed') return event
    }
    throw new Error('the events ended without a closing')
  }
  return { texts, closed: read() }
}
