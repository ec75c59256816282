import { join } from 'node:path'
import { answers } from './answers-at.ts'
import { freePort, type Running, type Scope } from './scope.ts'
import { within } from './within.ts'

/** A mailbox server and a transit relay of magic-wormhole, on ports of 127.0.0.1. */
export interface WormholeServers {
  readonly mailbox: Running
  readonly transit: Running
  /** Options of `wormhole` that choose them. */
  readonly options: readonly string[]
  /** For programs that use the library. */
  readonly relayUrl: string
}

/** Milliseconds until a code is shown. */
const START_MS = 60_000

/** Starts both servers and resolves when they listen. */
export async function startWormholeServers(scope: Scope): Promise<WormholeServers> {
  const mailboxPort = await freePort()
  const transitPort = await freePort()
  const mailbox = scope.start('twist3', [
    '--log-level=warn',
    'wormhole-mailbox',
    `--port=tcp:${mailboxPort}:interface=127.0.0.1`,
    `--channel-db=${join(scope.folder, 'mailbox.sqlite')}`,
  ])
  const transit = scope.start('twist3', [
    '--log-level=warn',
    'transitrelay',
    `--port=tcp:${transitPort}:interface=127.0.0.1`,
  ])
  await Promise.all([answers(mailboxPort, mailbox), answers(transitPort, transit)])
  const relayUrl = `ws://127.0.0.1:${mailboxPort}/v1`
  const helper = `tcp:127.0.0.1:${transitPort}`
  return {
    mailbox,
    transit,
    options: ['--relay-url', relayUrl, '--transit-helper', helper],
    relayUrl,
  }
}

/** Starts both ends of `wormhole`; the receiver when the sender has shown the code, as people would. */
export async function wormhole(
  scope: Scope,
  servers: WormholeServers,
  ends: { readonly send: readonly string[]; readonly receive: readonly string[] },
): Promise<{ readonly sender: Running; readonly receiver: Running }> {
  codes += 1
  const code = `${codes}-guitarist-revenge`
  const sender = scope.start('wormhole', [
    ...servers.options,
    'send',
    '--hide-progress',
    '--code',
    code,
    ...ends.send,
  ])
  const { mailbox } = servers
  await within(START_MS, { sender, mailbox }, sender.match(/Wormhole code is: /))
  const receiver = scope.start('wormhole', [
    ...servers.options,
    'receive',
    '--hide-progress',
    ...ends.receive,
    code,
  ])
  return { sender, receiver }
}

/** A nameplate of its own for every run: no run waits for the last one's to be freed. */
let codes = 0
