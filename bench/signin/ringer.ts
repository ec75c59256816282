import { ed25519, random, utf8 } from '@hufu/protocol/crypto'
import { PAIR_LIMITS, startRequester } from '@hufu/protocol/pair'
import { terminalIdOf, type Ms } from '@hufu/protocol/wire'
import { median } from '../harness/figures.ts'
import { terminalAt } from './terminal.ts'

/** Who is rung. */
const USER = 'user-0@localhost'

/** The terminal whose key comes of this seed. */
export function terminalOf(seed: Uint8Array): Uint8Array {
  return terminalIdOf(ed25519.fromSecret(seed).publicKey)
}

/**
 * Attends for a user at the terminal of `seed`, and requests from another: `ring` gives the median of so many, milliseconds
 * from the request to the ring.
 */
export async function ringer(
  port: number,
  seed: Uint8Array,
): Promise<{ ring(times: number): Promise<number>; close(): void }> {
  const rung = await terminalAt(port, ed25519.fromSecret(seed))
  const requester = await terminalAt(port)
  rung.send({ type: 'pair.attend', ref: 1 })
  await rung.next('pair.attending')
  const { serverId, terminal } = requester.place
  let ref = 0
  const once = async (): Promise<number> => {
    ref += 1
    const start = {
      channel: { serverId, kind: 'user', at: USER } as const,
      knowledge: [{ by: 'passphrase', prs: utf8('any words') }] as const,
      terminal,
      name: '',
      limits: PAIR_LIMITS,
    }
    const { send } = startRequester(start, 0 as Ms, random)
    const began = performance.now()
    requester.send({ type: 'pair.request', ref, to: { kind: 'user', at: USER }, ...send })
    await rung.next('pair.ring')
    const took = performance.now() - began
    await requester.next('pair.requested')
    requester.send({ type: 'pair.withdraw', ref })
    await rung.next('pair.verdict')
    return took
  }
  return {
    async ring(times) {
      const took: number[] = []
      for (let i = 0; i < times; i += 1) took.push(await once())
      return median(took)
    },
    close() {
      rung.close()
      requester.close()
    },
  }
}
