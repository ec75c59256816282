/**
 * True if a browser may connect from a page of `origin`: one of this server's own, or one that the operator allows.
 * Otherwise any page could use its visitors' way to this server. Programs send no Origin, and any they like.
 */
export function originIsAllowed(
  origin: string | undefined,
  own: readonly string[],
  allowed: readonly string[],
): boolean {
  if (origin === undefined || allowed.includes(origin)) return true
  const host = URL.canParse(origin) ? new URL(origin).host : ''
  return host !== '' && own.some((name) => sameHost(name, host, new URL(origin).protocol))
}

/** A URL drops its scheme's usual port; a name may have it. */
function sameHost(name: string, host: string, scheme: string): boolean {
  const plain = name.toLowerCase()
  const usual = scheme === 'https:' ? ':443' : ':80'
  return plain === host || plain === `${host}${usual}`
}
