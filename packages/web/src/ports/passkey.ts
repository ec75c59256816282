import { HufuError, random, Secret, type ErrorCode, type PasskeyPlace } from '@hufu/terminal'

/*
 * Passkeys that hold secrets: WebAuthn's `prf` extension (https://www.w3.org/TR/webauthn-3/#prf-extension) gives 32 octets that
 * only this passkey at this host name gives, after its user was verified.
 */

/** Why there can be no passkeys here: the browser has none, or the page was opened by an address instead of a host name. */
export function passkeysLack(): 'browser' | 'host' | undefined {
  // An address is no RP ID (WebAuthn §5.1.3).
  if (/^[\d.]+$|^\[/.test(location.hostname)) return 'host'
  return 'PublicKeyCredential' in window ? undefined : 'browser'
}

/** A passkey that was just made. `handle`: what it calls its user by. */
export interface MadePasskey extends PasskeyPlace {
  readonly handle: Uint8Array
}

/**
 * Makes a passkey, and asks it at once: the browser may ask its user twice, as not every authenticator gives secrets while it
 * makes a passkey.
 *
 * Rejects with {@link HufuError} `ERR_PASSKEY_NONE`, `ERR_PASSKEY_CANCELLED`, `ERR_PASSKEY_HOST`; `ERR_KEY_EXISTS` where
 * `except` is already.
 *
 * @param options.name what the browser calls it
 * @param options.except a passkey of the same user, beside which another one would be none the better
 */
export async function makePasskey(
  salt: Uint8Array,
  options: { readonly name: string; readonly except?: Uint8Array },
): Promise<MadePasskey> {
  const host = location.hostname
  const { name, except } = options
  const handle = random(USER_HANDLE_OCTETS)
  const made = await asked(() =>
    navigator.credentials.create({
      publicKey: {
        rp: { id: host, name: 'hufu' },
        user: { id: owned(handle), name, displayName: name },
        // What signs here is the key that is sealed, so nobody looks at the passkey's own signatures.
        challenge: owned(random(CHALLENGE_OCTETS)),
        pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
        excludeCredentials: except === undefined ? [] : [{ type: 'public-key', id: owned(except) }],
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
        extensions: { prf: { eval: { first: owned(salt) } } },
      },
    }),
  )
  const credential = new Uint8Array(made.rawId)
  const { prf } = made.getClientExtensionResults()
  const given = prf?.results?.first
  if (given !== undefined) return { credential, handle, host, prf: secretOf(given) }
  if (prf?.enabled !== true) {
    await forgetPasskey(credential)
    throw new HufuError('ERR_PASSKEY_NONE', 'it holds no secrets')
  }
  return { ...(await usePasskey(salt, credential)), handle }
}

/**
 * Asks a passkey of this host name: the one that its user chooses, or `only` this.
 *
 * Rejects with {@link HufuError} `ERR_PASSKEY_NONE`, `ERR_PASSKEY_CANCELLED`, `ERR_PASSKEY_HOST`.
 */
export async function usePasskey(salt: Uint8Array, only?: Uint8Array): Promise<PasskeyPlace> {
  const host = location.hostname
  const used = await asked(() =>
    navigator.credentials.get({
      publicKey: {
        rpId: host,
        challenge: owned(random(CHALLENGE_OCTETS)),
        allowCredentials: only === undefined ? [] : [{ type: 'public-key', id: owned(only) }],
        userVerification: 'required',
        extensions: { prf: { eval: { first: owned(salt) } } },
      },
    }),
  )
  const given = used.getClientExtensionResults().prf?.results?.first
  if (given === undefined) throw new HufuError('ERR_PASSKEY_NONE', 'it gives no secret')
  return { credential: new Uint8Array(used.rawId), host, prf: secretOf(given) }
}

/** Tells whoever keeps passkeys whose this one is, where the browser can: it was made before anybody knew. */
export async function namePasskey(handle: Uint8Array, name: string): Promise<void> {
  const { signalCurrentUserDetails } = window.PublicKeyCredential as unknown as Signals
  const about = { rpId: location.hostname, userId: lettersOf(handle), name, displayName: name }
  await signalCurrentUserDetails?.call(window.PublicKeyCredential, about).catch(() => undefined)
}

/** Tells whoever keeps passkeys that this one is good for nothing, where the browser can. */
export async function forgetPasskey(credential: Uint8Array): Promise<void> {
  const { signalUnknownCredential } = window.PublicKeyCredential as unknown as Signals
  const about = { rpId: location.hostname, credentialId: lettersOf(credential) }
  await signalUnknownCredential?.call(window.PublicKeyCredential, about).catch(() => undefined)
}

const USER_HANDLE_OCTETS = 32
const CHALLENGE_OCTETS = 32
/** Ed25519, ECDSA on P-256, RSA (https://www.iana.org/assignments/cose/cose.xhtml): whatever an authenticator has. */
const ALGORITHMS = [-8, -7, -257]

/** What TypeScript's own declarations lack (https://www.w3.org/TR/webauthn-3/#sctn-signal-methods). */
interface Signals {
  signalUnknownCredential?(about: {
    readonly rpId: string
    readonly credentialId: string
  }): Promise<void>
  signalCurrentUserDetails?(about: {
    readonly rpId: string
    readonly userId: string
    readonly name: string
    readonly displayName: string
  }): Promise<void>
}

async function asked(ask: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  const lack = passkeysLack()
  if (lack === 'browser') throw new HufuError('ERR_PASSKEY_NONE', 'the browser has no passkeys')
  if (lack === 'host') throw new HufuError('ERR_PASSKEY_HOST', 'an address is no host name')
  try {
    const given = await ask()
    if (given instanceof PublicKeyCredential) return given
  } catch (cause) {
    const name = cause instanceof DOMException ? cause.name : ''
    throw new HufuError(CODES[name] ?? 'ERR_PASSKEY_NONE', name, { cause })
  }
  throw new HufuError('ERR_PASSKEY_CANCELLED')
}

/** What the browser's refusals mean (WebAuthn §5.1.3, §5.1.4). */
const CODES: Readonly<Record<string, ErrorCode>> = {
  NotAllowedError: 'ERR_PASSKEY_CANCELLED',
  AbortError: 'ERR_PASSKEY_CANCELLED',
  SecurityError: 'ERR_PASSKEY_HOST',
  InvalidStateError: 'ERR_KEY_EXISTS',
}

function secretOf(given: BufferSource): Secret {
  const octets = given instanceof ArrayBuffer ? new Uint8Array(given) : octetsOf(given)
  return new Secret(octets.slice())
}

function octetsOf(view: BufferSource): Uint8Array {
  return ArrayBuffer.isView(view)
    ? new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
    : new Uint8Array(view)
}

function owned(octets: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(octets)
}

function lettersOf(octets: Uint8Array): string {
  const base64 = btoa(String.fromCharCode(...octets))
  return base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
