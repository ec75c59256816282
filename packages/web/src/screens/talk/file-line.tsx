import { isErrorCode } from '@hufu/terminal'
import type { VNode } from 'preact'
import { Icon } from '../../components/icon.tsx'
import { text } from '../../state/language.ts'
import type { FileLine as Shown, FileStage } from '../../state/lines.ts'
import type { FileActs } from '../../state/log.ts'
import { sizeText } from '../../state/sizes.ts'
import { At } from './at.tsx'

/** A file or folder, from the offer to its end. */
export function FileLine(props: {
  readonly shown: Shown
  readonly who: string
  readonly acts: FileActs
}): VNode {
  const { by, name, folder, octets, stage, atUnixMs } = props.shown
  return (
    <li class={`line-of ${by}`}>
      <div class="bubble file">
        <Icon name={folder ? 'folder' : 'file'} />
        <div class="about">
          <span class="unseen">{by === 'me' ? text.value.talk.me : props.who}: </span>
          <p class="name">
            <bdi>{name}</bdi>
          </p>
          <p class="small">{sizeText(octets)}</p>
          <StageOf shown={props.shown} />
        </div>
        <Acts by={by} stage={stage} name={name} acts={props.acts} />
      </div>
      <p class="meta">
        <At unixMs={atUnixMs} />
      </p>
    </li>
  )
}

function StageOf(props: { readonly shown: Shown }): VNode {
  const { stage, by, name } = props.shown
  const { offering, sent, received, savedAs, progress } = text.value.file
  switch (stage.at) {
    case 'offered':
      return <p class="stage">{by === 'me' ? offering : ''}</p>
    case 'moving':
      return (
        <>
          <progress
            aria-label={progress(name)}
            max={Math.max(1, stage.of)}
            value={stage.of === 0 ? 1 : stage.octets}
          />
          <p class="stage">{movingText(stage)}</p>
        </>
      )
    case 'done': {
      const saved = stage.as === undefined || stage.as === name ? received : savedAs(stage.as)
      return (
        <p class="stage done">
          <Icon name="check" /> {by === 'me' ? sent : saved}
        </p>
      )
    }
    case 'failed':
      return <Failure code={stage.code} />
  }
}

function movingText(stage: Extract<FileStage, { at: 'moving' }>): string {
  const { part, rate, left, resumed } = text.value.file
  const { octets, of } = stage
  const shown = [part(sizeText(octets), sizeText(of))]
  if (stage.rate !== undefined && stage.rate > 0) {
    shown.push(rate(sizeText(stage.rate)))
    if (octets < of) shown.push(left(text.value.time.left(Math.ceil((of - octets) / stage.rate))))
  }
  if (stage.resumed > 0) shown.push(resumed(sizeText(stage.resumed)))
  return shown.join(' · ')
}

/** What a person did is a word; what went wrong says what to do. */
function Failure(props: { readonly code: string | undefined }): VNode {
  const { code } = props
  const { declined, cancelled, aborted } = text.value.file
  if (code === undefined || code === 'ERR_PEER_GONE') return <p class="stage">{aborted}</p>
  if (code === 'ERR_FILE_DECLINED') return <p class="stage">{declined}</p>
  if (code === 'ERR_FILE_CANCELLED') return <p class="stage">{cancelled}</p>
  const { what, next } = text.value.errors[isErrorCode(code) ? code : 'ERR_INTERNAL']
  return (
    <p class="stage error">
      {what} {next}
    </p>
  )
}

function Acts(props: {
  readonly by: 'me' | 'other'
  readonly stage: FileStage
  readonly name: string
  readonly acts: FileActs
}): VNode | null {
  const { by, stage, name, acts } = props
  const { accept, acceptAt, saveAgain, decline, cancel, sendAgain } = text.value.file
  const button = (label: string, act: (() => void) | undefined, kind = ''): VNode | null =>
    act === undefined ? null : (
      <button type="button" class={`button ${kind}`} aria-label={`${label}: ${name}`} onClick={act}>
        {label}
      </button>
    )
  const asked = stage.at === 'offered' && by === 'other'
  if (asked)
    return (
      <div class="buttons">
        {button(accept, acts.accept, 'jade')}
        {button(acceptAt, acts.acceptAt)}
        {button(decline, acts.decline)}
      </div>
    )
  if (stage.at === 'offered' || stage.at === 'moving')
    return <div class="buttons">{button(cancel, acts.cancel)}</div>
  if (stage.at === 'failed' && by === 'me' && acts.again !== undefined)
    return <div class="buttons">{button(sendAgain, acts.again)}</div>
  if (stage.at === 'done' && acts.saveAgain !== undefined)
    return <div class="buttons">{button(saveAgain, acts.saveAgain)}</div>
  return null
}
