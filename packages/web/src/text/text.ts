/**
 * Everything that the page says. Each language has one table of this type, so that a missing string does not compile.
 */
export interface Text {
  /** The document's title. Begins with `hufu`. */
  readonly title: string
  readonly skip: string
  readonly languages: string
  readonly headline: string
  readonly lead: string
  readonly tally: string
  readonly copy: string
  readonly copied: string
  readonly pair: {
    readonly heading: string
    readonly intro: string
    readonly open: Step
    readonly say: Step
    readonly type: Step
    readonly compare: Step
    readonly number: string
    readonly words: string
  }
  readonly more: {
    readonly heading: string
    readonly file: Step
    readonly sender: string
    readonly receiver: string
    readonly name: Step
    readonly waiting: string
    readonly calling: string
  }
  readonly server: {
    readonly heading: string
    readonly intro: string
    readonly seesHeading: string
    readonly sees: readonly string[]
    readonly blindHeading: string
    readonly blind: readonly string[]
  }
  readonly footer: string
}

/** Something to do: a short heading, and a sentence or two. */
export interface Step {
  readonly heading: string
  /** What stands between backquotes is shown as code. */
  readonly body: string
}
