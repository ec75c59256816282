import type { Identified } from '@hufu/terminal'

/** What came of a text of ours. */
export type Fate = 'underway' | 'delivered' | 'lost'

/** How far a file has come. */
export type FileStage =
  /** Offered, by us or to us. */
  | { readonly at: 'offered' }
  | {
      readonly at: 'moving'
      readonly octets: number
      readonly of: number
      readonly resumed: number
      /** Octets a second; undefined before anything can be said. */
      readonly rate: number | undefined
    }
  /** `as`: the name under which it was stored here. */
  | { readonly at: 'done'; readonly as: string | undefined }
  /** `code` of the error; undefined if a reload of this page broke it off. */
  | { readonly at: 'failed'; readonly code: string | undefined }

/** Something to say in between. */
export type Note =
  'paired' | 'compared' | 'returned' | 'finished' | 'wish' | 'remembering' | 'remembered'

/** One line of a conversation as it is shown. Plain data: it is kept over a reload. */
export type ShownLine =
  | {
      readonly kind: 'text'
      readonly by: 'me' | 'other'
      readonly text: string
      /** Among its speaker's texts, from 1, as the library counts them; 0 for one that the library never got. */
      readonly number: number
      readonly fate: Fate
      readonly atUnixMs: number
    }
  | {
      readonly kind: 'file'
      readonly by: 'me' | 'other'
      readonly name: string
      readonly folder: boolean
      readonly octets: number
      readonly stage: FileStage
      readonly atUnixMs: number
    }
  /** `name`: of whom it is about, where it is about somebody. */
  | { readonly kind: 'note'; readonly note: Note; readonly name: string; readonly atUnixMs: number }
  /** Who the other is, as its KEY has shown or not. */
  | { readonly kind: 'identity'; readonly who: Identified; readonly atUnixMs: number }

export type TextLine = Extract<ShownLine, { kind: 'text' }>
export type FileLine = Extract<ShownLine, { kind: 'file' }>

/** What the library knows of the texts of a talk. */
export interface Counted {
  readonly said: number
  readonly heard: number
  readonly unacknowledged: readonly { readonly number: number }[]
}

/** What may be kept along with what the library keeps: a text of the other's that it has not counted yet comes again. */
export function isCounted(line: ShownLine, kept: Counted): boolean {
  return line.kind !== 'text' || line.by === 'me' || line.number <= kept.heard
}

/** A file on its way: of how far it has come, a reload knows nothing more. */
export function isMoving(line: ShownLine): boolean {
  return line.kind === 'file' && line.stage.at === 'moving'
}

/** A line as it is after a reload: what was moving has stopped, and a text that the library never got is lost. */
export function afterReload(line: ShownLine, kept: Counted): ShownLine {
  if (line.kind === 'note' || line.kind === 'identity') return line
  if (line.kind === 'file')
    return line.stage.at === 'done' || line.stage.at === 'failed'
      ? line
      : { ...line, stage: { at: 'failed', code: undefined } }
  if (line.by === 'other' || line.number <= kept.said) return line
  return { ...line, number: 0, fate: 'lost' }
}

/** What has become of a text of ours: delivered once it was said and waits no more. */
export function settled(line: TextLine, kept: Counted): TextLine {
  const waits =
    line.number > kept.said || kept.unacknowledged.some((one) => one.number === line.number)
  const isDelivered = line.by === 'me' && line.fate === 'underway' && !waits
  return isDelivered ? { ...line, fate: 'delivered' } : line
}
