import type { ErrorCode } from '@hufu/terminal'
import type { VNode } from 'preact'
import { Told } from '../../components/told.tsx'
import { withCode } from '../../components/with-code.tsx'
import { passkeysLack } from '../../ports/passkey.ts'
import { keysText } from '../../strings/keys/index.ts'

/** That there can be no passkeys here, and why; nothing where there can. */
export function Lack(): VNode | null {
  const { address, browser } = keysText.value.told
  const lack = passkeysLack()
  if (lack === undefined) return null
  return (
    <div class="card trouble">
      {lack === 'host' ? (
        <Told code="ERR_PASSKEY_HOST" told={address} />
      ) : (
        <Told code="ERR_PASSKEY_NONE" told={browser} />
      )}
    </div>
  )
}

/** What else there is where a passkey does not do. `after`: what has just gone wrong. */
export function Ways(props: { readonly after?: ErrorCode | undefined }): VNode {
  const { heading, host, browser, shell, recovery } = keysText.value.ways
  return (
    <details
      class="other-ways"
      open={passkeysLack() !== undefined || props.after?.startsWith('ERR_PASSKEY') === true}
    >
      <summary>{heading}</summary>
      <ul>
        <li>{host(location.hostname)}</li>
        <li>{browser}</li>
        <li>{withCode(shell)}</li>
        <li>{recovery}</li>
      </ul>
    </details>
  )
}
