/** The bus's subject of one session or terminal. A flat text: there is one for every connection. */
export function subjectOf(kind: 'session' | 'terminal', id: Uint8Array): string {
  return `${kind}.${Buffer.from(id.buffer, id.byteOffset, id.length).toString('base64url')}`
}
