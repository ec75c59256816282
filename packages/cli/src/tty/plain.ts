/**
 * `text` with every control character shown as U+FFFD, but tabs: what somebody else wrote must not move the cursor,
 * change colours or answer questions on our terminal.
 */
export function plain(text: string): string {
  return text.replaceAll(CONTROLS, '\u{FFFD}')
}

// C0 without the tab, DEL and C1; line and paragraph separators; the marks that reorder text.
// oxlint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u0008\u000A-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu
