import {
  CHECK_OCTETS,
  checkStatement,
  makeBundle,
  RANDOM_OCTETS,
  type Bundle,
  type SeatStart,
} from '@hufu/protocol/call'
import { ed25519, xwing, type Random, type Secret, type SigningKey } from '@hufu/protocol/crypto'
import type { CallContext } from '@hufu/protocol/group'
import type { SecurityKey } from '@hufu/protocol/identity'
import { terminalIdOf } from '@hufu/protocol/wire'

/** Keys of this end for one call, and what its KEY has signed over them. */
export interface Own {
  /** Of the connection for media. */
  readonly media: SigningKey
  readonly bundle: Bundle
  /** What a seat at that index begins with. */
  seat(index: number): SeatStart
}

/** What a KEY does before its terminal is in a call. Both reject as its `sign` does. */
export interface OwnMaker {
  /** Fresh keys, and S1 (A9). */
  keys(context: CallContext, to: Pick<Bundle, 'host' | 'r1'>): Promise<Own>
  /** The answer to the server's check (A8). */
  checked(
    context: CallContext,
    role: 'initiator' | 'member',
    challenge: Uint8Array,
  ): Promise<{ readonly nonce: Uint8Array; readonly signature: Uint8Array }>
}

export interface OwnMakerPorts {
  readonly key: SecurityKey
  readonly keyId: Uint8Array
  /** This terminal's communication ID. */
  readonly terminal: Uint8Array
  readonly random: Random
  readonly makeSecret: () => Secret
}

export function ownMaker({ key, keyId, terminal, random, makeSecret }: OwnMakerPorts): OwnMaker {
  return {
    async keys(context, to) {
      const signing = ed25519.generate(random)
      const sealing = xwing.generate(random)
      const media = ed25519.generate(random)
      const bundle = await makeBundle(key, context, {
        ...to,
        terminal,
        r2: random(RANDOM_OCTETS),
        signing: signing.publicKey,
        sealing: sealing.publicKey,
        media: terminalIdOf(media.publicKey),
      })
      const { publicKeys } = key
      const common = { context, bundle, publicKeys, keyId, key: signing, sealing }
      return { media, bundle, seat: (self) => ({ ...common, self, random, makeSecret }) }
    },
    async checked(context, role, challenge) {
      const nonce = random(CHECK_OCTETS)
      const { user, certificates } = key
      const statement = checkStatement(
        context,
        { role, user, certificates, terminal },
        challenge,
        nonce,
      )
      return { nonce, signature: await key.sign(statement) }
    },
  }
}
