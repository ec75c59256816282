/** A communication ID (32 octets) in full: 64 hexadecimal digits. */
export function terminalIdText(terminal: Uint8Array): string {
  return Buffer.from(terminal).toString('hex')
}

/** Its first eight digits: enough to tell one's own few terminals apart, and no more. */
export function shortTerminalId(terminal: Uint8Array): string {
  return terminalIdText(terminal).slice(0, 8)
}
