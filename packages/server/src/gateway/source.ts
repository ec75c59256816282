import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net'
import { HufuError } from '@hufu/protocol/wire'

/** Finds where a request comes from: the peer's address, or what a trusted proxy says of it. */
export type SourceOf = (peer: string, forwardedFor: string | undefined) => string

/**
 * Sources as limits see them: an IPv4 address, the /64 of an IPv6 address (one subscriber's network, RFC 6177), or
 * `unknown`. `X-Forwarded-For` is read from its end, for as long as it was a trusted proxy that wrote it.
 *
 * @throws {HufuError} `ERR_CONFIG` if an entry of `trusted` is no address and no network.
 */
export function sourcesBehind(trusted: readonly string[]): SourceOf {
  const proxies = blockList(trusted)
  const isTrusted = (address: string): boolean =>
    isIP(address) !== 0 && proxies.check(address, isIPv4(address) ? 'ipv4' : 'ipv6')
  return (peer, forwardedFor) => {
    let address = plainAddress(peer)
    const hops = (forwardedFor ?? '').split(',')
    while (hops.length > 0 && isTrusted(address)) {
      const said = plainAddress(hops.pop()!.trim())
      if (isIP(said) === 0) break
      address = said
    }
    return sourceOf(address)
  }
}

/** True for this machine itself. */
export function isLoopback(peer: string): boolean {
  const address = plainAddress(peer)
  return address === '::1' || (isIPv4(address) && address.startsWith('127.'))
}

function sourceOf(address: string): string {
  if (isIPv4(address)) return address
  if (!isIPv6(address)) return 'unknown'
  return `${groupsOf(address).slice(0, 4).join(':')}::/64`
}

/** The eight groups of an IPv6 address, without leading zeros. */
function groupsOf(address: string): readonly string[] {
  const [head = '', tail] = address.replace(/%.*$/, '').split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length)
  return [...left, ...Array.from({ length: zeros }, () => '0'), ...right].map((group) =>
    group.includes('.') ? group : Number.parseInt(group, 16).toString(16),
  )
}

/** An IPv4 address that came over an IPv6 socket is an IPv4 address. */
function plainAddress(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  return mapped?.[1] ?? address
}

function blockList(entries: readonly string[]): BlockList {
  const list = new BlockList()
  for (const entry of entries) {
    const [address = '', bits] = entry.split('/')
    const family = isIPv4(address) ? 'ipv4' : 'ipv6'
    try {
      if (bits === undefined) list.addAddress(address, family)
      else list.addSubnet(address, Number(bits), family)
    } catch (cause) {
      throw new HufuError(
        'ERR_CONFIG',
        `trustedProxies: ${entry} must be an address or a network such as 10.0.0.0/8`,
        { cause },
      )
    }
  }
  return list
}
