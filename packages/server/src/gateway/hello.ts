import { random } from '@hufu/protocol/crypto'
import {
  HELLO_NONCE_OCTETS,
  VERSIONS,
  helloIsProved,
  type Challenge,
  type ErrorCode,
  type Hello,
  type MessageOf,
} from '@hufu/protocol/wire'

/** What a server says of itself in every challenge. */
export interface ServerIdentity {
  /** 16 octets, kept with the data. */
  readonly serverId: Uint8Array
  /** 8 octets, new at every start. */
  readonly bootId: Uint8Array
  /** Public names, `host:port`; empty: whatever the Host header says. */
  readonly names: readonly string[]
}

/** A fresh challenge. */
export function makeChallenge(server: ServerIdentity): MessageOf<typeof Challenge> {
  const { serverId, bootId } = server
  return {
    type: 'challenge',
    versions: VERSIONS,
    serverId,
    bootId,
    nonce: random(HELLO_NONCE_OCTETS),
  }
}

/**
 * What is wrong with a hello, if anything: `ERR_VERSION`, `ERR_HELLO_NAME` (the terminal meant another server, or somebody
 * sits between), `ERR_HELLO_PROOF`. `host` is the Host header of the request.
 */
export function faultOfHello(
  hello: MessageOf<typeof Hello>,
  challenge: MessageOf<typeof Challenge>,
  server: ServerIdentity,
  host: string,
): ErrorCode | undefined {
  if (!VERSIONS.includes(hello.version)) return 'ERR_VERSION'
  const names = server.names.length > 0 ? server.names : [host]
  const name = hello.serverName.toLowerCase()
  if (!names.some((known) => known.toLowerCase() === name)) return 'ERR_HELLO_NAME'
  return helloIsProved(challenge, hello) ? undefined : 'ERR_HELLO_PROOF'
}
