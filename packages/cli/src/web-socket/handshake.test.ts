import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readAnswer, upgradeRequest } from './handshake.ts'

/** Key and answer of RFC 6455 §1.3. */
const KEY = 'dGhlIHNhbXBsZSBub25jZQ=='
const AGREED = [
  'HTTP/1.1 101 Switching Protocols',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
  'Sec-WebSocket-Protocol: hufu.1',
]
const OTHER = { is: 'other' } as const

test('the request names path, host and port as the address has them', () => {
  const request = upgradeRequest(new URL('ws://[::1]:4680/at/v1'), KEY)
  assert.match(request, /^GET \/at\/v1 HTTP\/1\.1\r\nHost: \[::1\]:4680\r\n/)
  assert.match(request, /\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n/)
  assert.match(request, /[^\n]\r\n\r\n$/)
})

test('an answer is agreed to wherever it is cut, and what follows is not part of it', () => {
  const answer = head(AGREED)
  const whole = Buffer.concat([answer, Buffer.from([0x82, 0])])
  for (let cut = 0; cut < answer.length; cut += 1)
    assert.deepEqual(readAnswer(whole.subarray(0, cut), KEY), { is: 'cut' })
  assert.deepEqual(readAnswer(whole, KEY), { is: 'agreed', end: answer.length })
})

test('names of headers and their values are read as HTTP has them', () => {
  const free = AGREED.map((line) => line.replace('Upgrade: websocket', 'UPGRADE:WebSocket \t'))
  const among = free.map((line) => line.replace('Connection: ', 'connection: keep-alive, '))
  assert.equal(readAnswer(head([...among, 'Server: anything']), KEY).is, 'agreed')
})

test('whatever is missing or otherwise is not what was asked for', () => {
  const without = (name: string): readonly string[] =>
    AGREED.filter((line) => !line.toLowerCase().startsWith(name))
  const cases: readonly (readonly string[])[] = [
    ...['upgrade', 'connection', 'sec-websocket-accept', 'sec-websocket-protocol'].map(without),
    ['HTTP/1.1 200 OK', ...AGREED.slice(1)],
    ['HTTP/1.1 1010', ...AGREED.slice(1)],
    ['HTTP/1.0 101 Switching Protocols', ...AGREED.slice(1)],
    [...AGREED, 'Sec-WebSocket-Extensions: permessage-deflate'],
    [...AGREED, 'Sec-WebSocket-Protocol: hufu.1'],
    [...AGREED, 'Upgrade : websocket'],
    [...AGREED, ' folded'],
    AGREED.map((line) => line.replace('s3pP', 'S3pP')),
    AGREED.map((line) => line.replace('hufu.1', 'chat')),
  ]
  for (const lines of cases) assert.deepEqual(readAnswer(head(lines), KEY), OTHER, lines.join('\n'))
})

test('what is no HTTP is told by its first octets, what does not end by its length', () => {
  assert.deepEqual(readAnswer(Buffer.from('SSH-2.0-'), KEY), OTHER)
  assert.deepEqual(readAnswer(Buffer.from('H2'), KEY), OTHER)
  const endless = `${AGREED.join('\r\n')}\r\nX: `.padEnd(16_384, 'x')
  assert.deepEqual(readAnswer(Buffer.from(endless.slice(0, -1)), KEY), { is: 'cut' })
  assert.deepEqual(readAnswer(Buffer.from(endless), KEY), OTHER)
})

test('any octets have an outcome', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), (octets, isHttp) => {
      const beginning = Buffer.from(isHttp ? `${AGREED[0]}\r\n` : '')
      assert.notEqual(readAnswer(Buffer.concat([beginning, octets]), KEY).is, 'agreed')
    }),
  )
})

function head(lines: readonly string[]): Buffer {
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`)
}
