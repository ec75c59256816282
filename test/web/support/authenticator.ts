import type { CDPSession, Page } from 'playwright-core'

/** Chromium's virtual authenticator (https://www.w3.org/TR/webauthn-3/#sctn-automation), which touches itself. */
export interface Authenticator {
  /** The passkeys that it holds. */
  credentials(): Promise<readonly Credential[]>
  /** Puts a passkey of another's in, or takes one out. */
  add(credential: Credential): Promise<void>
  remove(credential: Credential): Promise<void>
  /** Whether its user is there, and says yes. */
  isThere(is: boolean): Promise<void>
  unplug(): Promise<void>
}

export type Credential = Awaited<ReturnType<typeof held>>[number]

/**
 * Plugs one in.
 *
 * @param options.prf false: it makes passkeys that hold no secrets
 * @param options.transport `internal`: of the device itself
 */
export async function authenticatorOf(
  page: Page,
  options: { readonly prf?: boolean; readonly transport?: 'internal' | 'usb' } = {},
): Promise<Authenticator> {
  const { prf = true, transport = 'internal' } = options
  const session = await page.context().newCDPSession(page)
  await session.send('WebAuthn.enable')
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport,
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      hasPrf: prf,
    },
  })
  return {
    credentials: () => held(session, authenticatorId),
    async add(credential) {
      await session.send('WebAuthn.addCredential', { authenticatorId, credential })
    },
    async remove({ credentialId }) {
      await session.send('WebAuthn.removeCredential', { authenticatorId, credentialId })
    },
    async isThere(isUserVerified) {
      await session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified })
    },
    async unplug() {
      await session.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId })
    },
  }
}

async function held(session: CDPSession, authenticatorId: string) {
  return (await session.send('WebAuthn.getCredentials', { authenticatorId })).credentials
}
