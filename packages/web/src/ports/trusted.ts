/** The page's Content-Security-Policy lets only this one policy make scripts' addresses. */
const POLICY_NAME = 'hufu'

/** What TypeScript's own declarations lack (https://www.w3.org/TR/trusted-types/). */
interface PolicyFactory {
  createPolicy(
    name: string,
    rules: { readonly createScriptURL: (url: string) => string },
  ): { createScriptURL(url: string): unknown }
}

let policy: { createScriptURL(url: string): unknown } | undefined

/**
 * The address of a script of this very page, in the form in which the browser lets it be started as a worker.
 *
 * @throws {TypeError} for an address of another origin.
 */
export function scriptUrl(path: string): URL {
  const url = own(path)
  const { trustedTypes } = globalThis as { readonly trustedTypes?: PolicyFactory }
  if (trustedTypes === undefined) return new URL(url)
  policy ??= trustedTypes.createPolicy(POLICY_NAME, { createScriptURL: own })
  return policy.createScriptURL(url) as URL // any of URL's uses takes it: it turns into the same text
}

function own(path: string): string {
  const url = new URL(path, location.href)
  if (url.origin !== location.origin) throw new TypeError('a script of another origin')
  return url.href
}
