import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { secretMaker } from '@hufu/protocol/call'
import { random } from '@hufu/protocol/crypto'
import { newSoftwareSecrets, softwareKey, type KeyHolder } from '@hufu/protocol/identity'
import { newTokenKey, type TokenEntry } from '@hufu/pkcs11'
import { CK } from '@hufu/pkcs11/token'
import { makeSetupCode } from '@hufu/server'
import { calls, signin, systemClock, type Call, type CallEvent } from '@hufu/terminal'
import { openAudio, openRecorder, play } from '../../packages/cli/src/audio/index.ts'
import { levelOf, tone } from '../../packages/cli/src/audio/sound.testing.ts'
import { openWav } from '../../packages/cli/src/audio/wav-reader.ts'
import { createWav } from '../../packages/cli/src/audio/wav-writer.ts'
import { loadLibrary } from '../../packages/pkcs11/src/token/library.ts'
import { needs } from '../support/needs.ts'
import { serve, type Served } from '../support/serve.ts'
import { MODULE, PIN, softHsm, TOKEN, type SoftHsm } from '../support/softhsm.ts'

/*
 * A call of one whose KEY is in a token, which seals and opens the frames itself (A15), with one whose KEY is in a file. Both
 * ends are here, the server is a process of its own.
 */

const { openLine, startSignin, ALL_MESSAGES } = await signin()
const { startCalls } = await calls()

const ENTRY: TokenEntry = {
  module: MODULE,
  label: TOKEN,
  pin: PIN,
  notes: { change: async () => undefined },
}

let hsm: SoftHsm
let served: Served
let operator: string | undefined
before(async () => {
  hsm = softHsm()
  if (!existsSync(MODULE)) return
  hsm.init(TOKEN)
  served = await serve()
  const { code } = await makeSetupCode({ data: served.data, setupCodeMs: 600_000 })
  const account = { code, name: 'ada', passphrase: 'tango orbit lilac copper', keeper: 'program' }
  operator = await asked('/setup', account, 'session')
})
after(async () => {
  await served?.stop()
  hsm.remove()
})

/** A field of what the server's API answers. */
async function asked(path: string, body: unknown, field: string): Promise<string> {
  const response = await fetch(`${served.origin}/api/v1${path}`, {
    method: 'POST',
    headers: {
      'X-Hufu-Request': '1',
      'Content-Type': 'application/json',
      ...(operator === undefined ? {} : { Authorization: `Bearer ${operator}` }),
    },
    body: JSON.stringify(body),
  })
  assert.equal(response.status, 200)
  return String(((await response.json()) as Record<string, unknown>)[field])
}

/** Somebody who is signed in, takes every call, and what happens in it. */
async function person(name: string, holder: KeyHolder, inToken: boolean) {
  const line = openLine({ server: served.origin, messages: ALL_MESSAGES })
  const desk = startSignin({ line, issuers: () => [] })
  const invitation = await asked('/invitations', { user: name, kind: 'key' }, 'code')
  const { key, issuers } = await desk.enrol(holder, invitation)
  await desk.signIn(key)
  const joined = Promise.withResolvers<Call>()
  const attends = Promise.withResolvers<void>()
  const started = startCalls({
    line,
    key,
    issuers,
    inToken,
    makeSecret: await secretMaker(key.traffic, random),
    ringing: (ring) => void ring.accept().then(joined.resolve, joined.reject),
    on: ({ type }) => (type === 'attending' ? attends.resolve() : undefined),
  })
  await attends.promise
  const close = async (): Promise<void> => {
    started.close()
    desk.close()
    line.close()
    await key.close()
  }
  return { user: key.user, calls: started, joined: joined.promise, close }
}

/** What happens in a call, and a way to wait for it. */
function follow(call: Call): {
  readonly until: (is: (event: CallEvent) => boolean) => Promise<CallEvent>
} {
  const seen: CallEvent[] = []
  const waiting = new Set<() => void>()
  const read = async (): Promise<void> => {
    for await (const event of call.events()) {
      seen.push(event)
      for (const look of waiting) look()
    }
  }
  void read()
  const until = async (is: (event: CallEvent) => boolean): Promise<CallEvent> =>
    new Promise((resolve) => {
      const look = (): void => {
        const found = seen.find(is)
        if (found === undefined) return
        waiting.delete(look)
        resolve(found)
      }
      waiting.add(look)
      look()
    })
  return { until }
}

const isText =
  (text: string) =>
  (event: CallEvent): boolean =>
    event.type === 'text' && event.text === text

describe('a call out of a PKCS#11 token (SoftHSM)', () => {
  test('is said, heard and hopped in as any other, and ends with the token', async (t) => {
    if (!needs(t, 'softhsm2')) return
    const tokenKey = await newTokenKey(ENTRY, 'alice')
    await tokenKey.traffic.prove()
    const alice = await person('alice', tokenKey, true)
    const bob = await person('bob', softwareKey(newSoftwareSecrets(random), 'software'), false)
    try {
      const inside = await alice.calls.place([bob.user])
      const outside = await bob.joined
      const [hosts, joins] = [follow(inside), follow(outside)]
      await Promise.all([hosts, joins].map(async ({ until }) => until(isJoined)))

      await inside.say('out of the token')
      await joins.until(isText('out of the token'))
      await outside.say('into the token')
      await hosts.until(isText('into the token'))

      assert.ok((await tokenKeys()) > 0)
      const samples = await heard(inside, outside)
      // what is guessed of a lost frame is out of step with the rest: so not all at once
      const levels = Array.from({ length: 7 }, (_, at) =>
        levelOf(440, samples.subarray(at * 4_800, (at + 1) * 4_800), 48_000),
      )
      assert.ok(Math.max(...levels) > 0.2, levels.join())
      await joins.until((event) => event.type === 'hop' && event.reason === 'asked')
      const { received, lost, undecryptable } = outside.counts
      assert.deepEqual([received, lost, undecryptable], [inside.counts.sent, 0, 0])

      hsm.takeOut()
      try {
        const end = await hosts.until(({ type }) => type === 'closed')
        assert.ok(end.type === 'closed' && end.code === 'ERR_HSM_ABSENT')
        await joins.until((event) => event.type === 'member' && event.state === 'left')
        await assert.rejects(alice.calls.place([bob.user]), { code: 'ERR_HSM_ABSENT' })
      } finally {
        hsm.putBack()
      }
      await alice.close()
      assert.equal(await tokenKeys(), 0)
    } finally {
      await alice.close()
      await bob.close()
    }
  })
})

const isJoined = (event: CallEvent): boolean => event.type === 'member' && event.state === 'joined'

/** What `outside` records of a tone that `inside` plays, while the key hops: the middle of it. */
async function heard(inside: Call, outside: Call): Promise<Float32Array> {
  const at = (name: string): string => join(hsm.folder, name)
  const file = await createWav(at('in.wav'), assert.fail)
  file.append(tone(440, 0.4, 72_000, 48_000))
  await file.close()
  const recorder = await openRecorder(at('out.wav'), systemClock, assert.fail)
  outside.hearMedia((from, payload) => recorder.hear(from, payload))
  const source = await openAudio(at('in.wav'))
  let frames = 0
  const send = (payload: Uint8Array): void => {
    inside.sendMedia(payload)
    frames += 1
    if (frames === 40) void inside.hop()
  }
  await play(source, send, systemClock, new AbortController().signal)
  await source.close()
  while (outside.counts.received < inside.counts.sent) await setTimeout(10)
  await recorder.close()
  const wav = await openWav(at('out.wav'))
  const samples: number[] = []
  for (let piece = await wav.read(); piece !== undefined; piece = await wav.read())
    samples.push(...piece)
  await wav.close()
  return Float32Array.from(samples).subarray(24_000, 60_000)
}

/** AES keys in the token's sessions, which are this process's. */
async function tokenKeys(): Promise<number> {
  const library = loadLibrary(MODULE)
  // SoftHSM fails to read a token whose files are being written, by a call on another thread
  const labelOf = (slot: Uint8Array): string | undefined => {
    try {
      return library.C_GetTokenInfo(slot).label.trim()
    } catch {
      return undefined
    }
  }
  let slot: Uint8Array | undefined
  for (let tries = 0; slot === undefined && tries < 300; tries += 1) {
    if (tries > 0) await setTimeout(100)
    slot = library.C_GetSlotList(true).find((each) => labelOf(each) === TOKEN)
  }
  assert.ok(slot !== undefined, 'the token is there')
  const session = library.C_OpenSession(slot, CK.CKF_SERIAL_SESSION)
  try {
    library.C_FindObjectsInit(session, [{ type: CK.CKA_KEY_TYPE, value: CK.CKK_AES }])
    const { length } = library.C_FindObjects(session, 100)
    library.C_FindObjectsFinal(session)
    return length
  } finally {
    library.C_CloseSession(session)
  }
}
