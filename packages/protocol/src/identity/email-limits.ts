import type { EmailLimits } from './extensions.ts'
import { namespaceOf } from './user-id.ts'

/** Whether name constraints (RFC 5280 §4.2.1.10) let their issuer certify this user. */
export function within(limits: EmailLimits | undefined, user: string): boolean {
  if (limits === undefined) return true
  const { permitted, excluded } = limits
  if (excluded.some((limit) => covers(limit, user))) return false
  return permitted === undefined || permitted.some((limit) => covers(limit, user))
}

/** One address, all of a host, or with a dot in front all hosts below it. */
function covers(limit: string, user: string): boolean {
  if (limit.includes('@')) return user === limit
  const namespace = namespaceOf(user)
  return limit.startsWith('.') ? namespace.endsWith(limit) : namespace === limit
}
