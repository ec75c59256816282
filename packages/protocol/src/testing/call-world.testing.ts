import assert from 'node:assert/strict'
import { ed25519, hex, Secret, seededRandomForTests, utf8, xwing } from '../crypto/index.ts'
import type { Random } from '../crypto/index.ts'
import type { Bundle } from '../ceremonies/call/bundle.ts'
import type { CallEffect } from '../ceremonies/call/effects.ts'
import type { CallSeat } from '../ceremonies/call/call-seat.ts'
import { hostSeat, memberSeat } from '../ceremonies/call/seat.ts'
import { makeBundle, verifyBundle, type CallTrust } from '../ceremonies/call/proofs.ts'
import { GROUP_DEFAULTS } from '../group/policy.ts'
import type { ScheduleName } from '../group/schedules.ts'
import type { CallContext } from '../group/signed.ts'
import type { SecurityKey } from '../identity/security-key.ts'
import type { Ms } from '../wire/units.ts'
import { NOW, testKey, trusted, type TestKey } from './certificates.testing.ts'
import { authority, softwareKeyOf } from './signin.testing.ts'

/*
 * A call in one process, KEYs, certificates and all: a host, those who join it, and a relay that may do to each frame what it
 * likes.
 */

const CONTEXT: CallContext = { call: utf8('a call: 16 octet'), server: 'hufu.example:443' }
const TRUST: CallTrust = { issuers: [trusted(authority, ['example.org'])], nowUnixMs: NOW }

/** One who is in the call, or would be. */
export interface Caller {
  readonly index: number
  readonly key: SecurityKey
  readonly bundle: Bundle
  readonly member: CallSeat
  /** Commitments of the keys that it takes frames under, by epoch. */
  readonly open: Map<number, string>
  readonly told: CallEffect[]
}

/** What a relay makes of a frame on its way: any number of frames, to whomever. */
export type Relay = (frame: RelayFrame) => readonly RelayFrame[]
export interface RelayFrame {
  readonly from: number
  readonly to: number
  readonly frame: Uint8Array
}

export interface CallWorld {
  readonly host: CallSeat
  readonly hostOpen: Map<number, string>
  /** Commitments of all keys that the host has made, by epoch. */
  readonly made: Map<number, string>
  readonly hostTold: CallEffect[]
  readonly callers: readonly Caller[]
  /** So many join as one batch; their bundles may be altered on the way to the host. */
  join(count: number, alter?: (bundle: Bundle, index: number) => Bundle): Promise<void>
  /** What the host or a caller does. */
  doing(who: number, effects: readonly CallEffect[]): Promise<void>
  now: Ms
}

export const honest: Relay = (frame) => [frame]

/** A call with its host alone. */
export async function callWorld(
  seed: string,
  relay: Relay = honest,
  schedule: ScheduleName = 'ratchet',
): Promise<CallWorld> {
  const random = seededRandomForTests(utf8(`call ${seed}`))
  const users = keyring()
  const first = users(0)
  const r1 = random(32)
  const made = await bundleOf(first, { host: first.user, r1, r2: random(32) }, random)
  const verified = verifyBundle(CONTEXT, made.bundle, TRUST)
  assert.ok(verified.ok)
  const common = { context: CONTEXT, random, makeSecret: () => new Secret(random(32)) }
  const host = hostSeat(
    {
      ...common,
      schedule,
      policy: GROUP_DEFAULTS,
      bundle: made.bundle,
      self: 0,
      publicKeys: first.publicKeys,
      keyId: verified.value.keyId,
      key: made.signing,
      sealing: made.sealing,
    },
    0 as Ms,
  )
  const callers: Caller[] = []
  const hostOpen = new Map([[1, hex(host.sending()!.commitment)]])
  const all = new Map(hostOpen)
  const hostTold: CallEffect[] = []
  const queue: RelayFrame[] = []
  let isBusy = false

  const doing = async (who: number, effects: readonly CallEffect[]): Promise<void> => {
    const caller = callers.find(({ index }) => index === who)
    const open = caller?.open ?? hostOpen
    for (const effect of effects) {
      ;(caller?.told ?? hostTold).push(effect)
      if (effect.do === 'accept' || effect.do === 'switch') {
        open.set(effect.keys.epoch, hex(effect.keys.commitment))
        if (who === 0) all.set(effect.keys.epoch, hex(effect.keys.commitment))
      }
      if (effect.do === 'forget') open.delete(effect.epoch)
      if (effect.do === 'over') open.clear()
      if (effect.do === 'sign')
        await doing(0, host.signed(effect.batch, await first.sign(effect.statement)))
      if (effect.do === 'agree') {
        const shared = await caller!.key.agree(effect.share)
        await doing(who, caller!.member.agreed(shared, world.now, TRUST))
      }
      if (effect.do === 'send') {
        const everybody = [0, ...callers.map(({ index }) => index)]
        const to = effect.to === 'all' ? everybody : [effect.to]
        for (const one of to)
          if (one !== who) queue.push({ from: who, to: one, frame: effect.frame })
      }
    }
    await settle()
  }

  const settle = async (): Promise<void> => {
    if (isBusy) return
    isBusy = true
    for (let item = queue.shift(); item !== undefined; item = queue.shift())
      for (const { from, to, frame } of relay(item)) {
        const caller = callers.find(({ index }) => index === to)
        if (to === 0) await doing(0, host.receive(from, frame, world.now, TRUST))
        else if (caller !== undefined)
          await doing(to, caller.member.receive(from, frame, world.now, TRUST))
      }
    isBusy = false
  }

  const world: CallWorld = {
    host,
    hostOpen,
    made: all,
    hostTold,
    callers,
    now: 0 as Ms,
    doing,
    async join(count, alter = (bundle) => bundle) {
      const joining = []
      for (let n = 0; n < count; n += 1) {
        const index = callers.length + 1
        const key = users(index)
        const own = await bundleOf(key, { host: first.user, r1, r2: random(32) }, random)
        const shown = verifyBundle(CONTEXT, own.bundle, TRUST)
        assert.ok(shown.ok)
        const member = memberSeat({
          ...common,
          self: index,
          bundle: own.bundle,
          publicKeys: key.publicKeys,
          keyId: shown.value.keyId,
          key: own.signing,
          sealing: own.sealing,
        })
        callers.push({ index, key, bundle: own.bundle, member, open: new Map(), told: [] })
        joining.push({ index, bundle: alter(own.bundle, index) })
      }
      for (const { index, bundle } of joining) await doing(0, host.joining(index, bundle, TRUST))
      await doing(0, host.admit(world.now))
    },
  }
  return world
}

/** A key of a user, made once for all tests. */
function keyring(): (index: number) => SecurityKey {
  return (index) => {
    const user = `user${index}@example.org`
    const known = made.get(user) ?? testKey(authority, `user${index}`, { emails: [user] })
    made.set(user, known)
    return softwareKeyOf(known, user)
  }
}

const made = new Map<string, TestKey>()

async function bundleOf(
  key: SecurityKey,
  to: Pick<Bundle, 'host' | 'r1' | 'r2'>,
  random: Random,
): Promise<{
  bundle: Bundle
  signing: ReturnType<typeof ed25519.generate>
  sealing: ReturnType<typeof xwing.generate>
}> {
  const signing = ed25519.generate(random)
  const sealing = xwing.generate(random)
  const bundle = await makeBundle(key, CONTEXT, {
    ...to,
    terminal: random(32),
    media: random(32),
    signing: signing.publicKey,
    sealing: sealing.publicKey,
  })
  return { bundle, signing, sealing }
}
