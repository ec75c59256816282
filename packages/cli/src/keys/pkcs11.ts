import { findTokenKey, newTokenKey, openTokenKey, type TokenKey } from '@hufu/pkcs11'
import { unhex } from '@hufu/protocol/crypto'
import type { PublicKeys } from '@hufu/protocol/identity'
import { HufuError } from '@hufu/protocol/wire'
import { usage, type Arguments } from '../arguments.ts'
import { letters } from '../profile/contacts.ts'
import { fieldsOf, type Stored } from '../profile/shelf.ts'
import type { KeyHolding, MadeKey } from './index.ts'
import { readPlace, tokenNamedBy, withPin, type TokenPlace } from './token-entry.ts'

/**
 * Keys in a PKCS#11 token: two pairs on P-256, which do not leave it. The profile keeps where they lie; the token has their
 * certificates too, where it takes any.
 */
export const tokenHolding: KeyHolding = {
  async make(ports) {
    const { args, name } = ports
    const place = tokenNamedBy(args)
    if (args.has('existing')) {
      const choice = choiceOf(args)
      return withPin(place, ports, async (entry) => there(await findTokenKey(entry, choice), place))
    }
    const label = args.one('label') ?? `hufu ${name}`
    return withPin(place, ports, async (entry) => {
      const key = known(await newTokenKey(entry, label))
      return { holder: key, held: stored(place, key), discard: async () => key.remove() }
    })
  },
  async open({ name, held }, ports) {
    const path = `the key ${name}`
    const place = readPlace(held, path)
    const lies = readLies(held, path)
    return withPin(place, ports, async (entry) => known(await openTokenKey(entry, lies)))
  },
  async certified({ publicKeys }, user, certificates) {
    try {
      await KEYS.get(publicKeys)?.store(user, certificates)
    } catch (error) {
      // A card that takes no certificates is as good here, for the profile has them.
      if (!(error instanceof HufuError) || !error.code.startsWith('ERR_HSM_')) throw error
    }
  },
}

/** Keys that are open, by the public keys that whatever is made of them shows too. */
const KEYS = new WeakMap<PublicKeys, TokenKey>()

function known(key: TokenKey): TokenKey {
  KEYS.set(key.publicKeys, key)
  return key
}

/** A key that was in the token before us, and stays there. Certificates that another issuer made go before new ones. */
async function there(key: TokenKey, place: TokenPlace): Promise<MadeKey> {
  known(key)
  const outside = (await key.users()).find(({ ours }) => !ours)?.certificates
  const made = { holder: key, held: stored(place, key), discard: async () => undefined }
  return outside === undefined ? made : { ...made, outside }
}

/** `--label`, or the CKA_ID of each pair in hexadecimal as other programs show it. */
function choiceOf(args: Arguments): Parameters<typeof findTokenKey>[1] {
  const id = (option: string): Uint8Array | undefined => {
    const digits = args.one(option)
    if (digits === undefined) return undefined
    if (!/^(?:[0-9a-fA-F]{2})+$/.test(digits)) throw usage(`--${option}: not a hexadecimal id`)
    return unhex(digits.toLowerCase())
  }
  const [label, signing, agreement] = [args.one('label'), id('signing-id'), id('agreement-id')]
  return {
    ...(label === undefined ? {} : { label }),
    ...(signing === undefined ? {} : { signing }),
    ...(agreement === undefined ? {} : { agreement }),
  }
}

function stored({ module, token }: TokenPlace, key: TokenKey): Stored {
  const { signing, agreement, publicKeys } = key.place
  const pair = (use: 'signing' | 'agreement'): Stored => ({
    label: { signing, agreement }[use].label,
    id: letters({ signing, agreement }[use].id),
    publicKey: letters(publicKeys[use]),
  })
  return { module, token, signing: pair('signing'), agreement: pair('agreement') }
}

const MOST_ID_OCTETS = 255
const POINT_OCTETS = 65

function readLies(held: Stored, path: string): Parameters<typeof openTokenKey>[1] {
  const pair = (use: 'signing' | 'agreement') => {
    const file = fieldsOf(fieldsOf(held, path).object(use), path)
    const name = { label: file.text('label'), id: file.octets('id', 1, MOST_ID_OCTETS) }
    return { name, publicKey: file.octets('publicKey', POINT_OCTETS) }
  }
  const [signing, agreement] = [pair('signing'), pair('agreement')]
  return {
    signing: signing.name,
    agreement: agreement.name,
    publicKeys: {
      algorithm: 'p256',
      signing: signing.publicKey,
      agreement: agreement.publicKey,
    },
  }
}
