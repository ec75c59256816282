/** Content codings that pages are kept in (https://www.rfc-editor.org/rfc/rfc9110#section-8.4.1). */
export type Encoding = 'br' | 'gzip' | 'identity'

/** A page as it goes out in one encoding. */
export interface Variant {
  readonly encoding: Encoding
  readonly body: Buffer
  /** A strong one: it differs by encoding, since the octets do. */
  readonly etag: string
}

/**
 * The variant that a request prefers (https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3): of those with the greatest
 * weight the first. Without the header, and where it refuses everything, the plain one: somebody can always read that.
 *
 * @param variants the most welcome to us first; the last is the plain one.
 */
export function preferred(
  variants: readonly [...Variant[], Variant],
  acceptEncoding: string | undefined,
): Variant {
  const plain = variants.at(-1)!
  if (acceptEncoding === undefined) return plain
  const weights = weightsOf(acceptEncoding)
  let best: { readonly variant: Variant; readonly weight: number } | undefined
  for (const variant of variants) {
    const weight = weights.get(variant.encoding) ?? weights.get('*') ?? unnamed(variant)
    if (weight > 0 && weight > (best?.weight ?? 0)) best = { variant, weight }
  }
  return best?.variant ?? plain
}

/**
 * True if a request has this very variant already, by its If-None-Match: compared weakly, as a proxy may have weakened it
 * (https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2).
 */
export function isFresh(ifNoneMatch: string | undefined, etag: string): boolean {
  const known = (ifNoneMatch ?? '').split(',').map((each) => each.trim().replace(/^W\//, ''))
  return known.includes(etag) || known.includes('*')
}

/** What is not named is not wanted; the plain one will do where nothing else does. */
const LAST_RESORT = 0.0001

function unnamed({ encoding }: Variant): number {
  return encoding === 'identity' ? LAST_RESORT : 0
}

/** The weight of each coding that the header names, in 0 to 1. A weight that cannot be read is 0. */
function weightsOf(header: string): ReadonlyMap<string, number> {
  const weights = new Map<string, number>()
  for (const part of header.toLowerCase().split(',')) {
    const [coding = '', ...parameters] = part.split(';').map((each) => each.trim())
    if (coding === '') continue
    const weight = parameters.find((each) => /^q\s*=/.test(each))?.replace(/^q\s*=\s*/, '')
    weights.set(coding.replace(/^x-gzip$/, 'gzip'), weight === undefined ? 1 : weightOf(weight))
  }
  return weights
}

function weightOf(text: string): number {
  return /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(text) ? Number(text) : 0
}
