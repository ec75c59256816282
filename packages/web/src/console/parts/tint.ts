/** Colours that are told apart in one chart. */
const TINTS = 4

/** The class that brings the colour of number `at`, from 0; after the last comes the first. */
export function tintClass(at: number): string {
  return `tint${at % TINTS}`
}
