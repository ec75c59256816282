import type { ErrorCode } from '@hufu/terminal'
import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { Command } from '../components/command.tsx'
import { Heading } from '../components/heading.tsx'
import { Icon } from '../components/icon.tsx'
import { Told } from '../components/told.tsx'
import { askPermission, permission } from '../ports/notify.ts'
import { text } from '../state/language.ts'
import { serverUrl } from '../state/server.ts'

/** Waiting to be rung. */
export function Listening(props: {
  readonly name: string
  readonly failed: ErrorCode | undefined
}): VNode {
  const { name, failed } = props
  const { listening, listeningBody, stillListening, shell, guessed, permit, permitBody } =
    text.value.pairing
  const may = useSignal(permission())
  return (
    <div class="listening">
      <Heading>{listening(name)}</Heading>
      <p class="lead">{listeningBody}</p>
      <div role="status">
        {failed !== undefined && (
          <div class="card trouble">
            <Told code={failed} {...(failed === 'ERR_PAIR_GUESSED' ? { told: guessed } : {})} />
            <p>{stillListening}</p>
          </div>
        )}
      </div>
      <Command label={shell} line={`npx hufu pair --to ${name} --server ${serverUrl()}`} />
      {may.value === 'ask' && (
        <p class="permit">
          <button
            type="button"
            class="button"
            onClick={() => void askPermission().then(() => (may.value = permission()))}
          >
            <Icon name="bell" /> {permit}
          </button>
          <span>{permitBody}</span>
        </p>
      )}
    </div>
  )
}
