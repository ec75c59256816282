import assert from 'node:assert/strict'
import { test } from 'node:test'
import { admissionOf } from './admission.ts'
import { originIsAllowed } from './origin.ts'
import { isLoopback, sourcesBehind } from './source.ts'

test('so many in all, so many from one source', () => {
  const admission = admissionOf(3, 2)
  assert.deepEqual(['a', 'a', 'a', 'b', 'c'].map(admission.admit), [true, true, false, true, false])
  admission.leave('a')
  admission.leave('nobody')
  assert.equal(admission.count(), 2)
  assert.deepEqual(['a', 'a'].map(admission.admit), [true, false])
})

test('an IPv4 address is a source, of an IPv6 address its /64', () => {
  const source = sourcesBehind([])
  assert.equal(source('192.0.2.7', undefined), '192.0.2.7')
  assert.equal(source('::ffff:192.0.2.7', undefined), '192.0.2.7')
  assert.equal(source('2001:db8:0:a::1', undefined), '2001:db8:0:a::/64')
  assert.equal(source('2001:0DB8::a:1:2:3:4', undefined), '2001:db8:0:a::/64')
  assert.equal(source('::1', undefined), '0:0:0:0::/64')
  assert.equal(source('fe80::1%eth0', undefined), 'fe80:0:0:0::/64')
  assert.equal(source('', undefined), 'unknown')
})

test('what a stranger says of others is not believed', () => {
  const source = sourcesBehind(['10.0.0.0/8', 'fd00::/8'])
  assert.equal(source('192.0.2.7', '198.51.100.1'), '192.0.2.7')
  assert.equal(source('10.1.1.1', '198.51.100.1'), '198.51.100.1')
  assert.equal(source('10.1.1.1', '203.0.113.9, 198.51.100.1'), '198.51.100.1')
  assert.equal(source('10.1.1.1', '198.51.100.1, 10.2.2.2'), '198.51.100.1')
  assert.equal(source('fd00::1', '198.51.100.1'), '198.51.100.1')
  assert.equal(source('10.1.1.1', 'nonsense'), '10.1.1.1')
  assert.equal(source('10.1.1.1', undefined), '10.1.1.1')
})

test('a proxy that is no network is refused by name', () => {
  assert.throws(() => sourcesBehind(['10.0.0.0/99']), {
    code: 'ERR_CONFIG',
    message: /10.0.0.0\/99/,
  })
  assert.throws(() => sourcesBehind(['proxy']), { code: 'ERR_CONFIG' })
})

test('this machine is itself by any of its loopback addresses', () => {
  const peers = ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1', '192.0.2.7', '::2', '']
  assert.deepEqual(peers.map(isLoopback), [true, true, true, true, false, false, false])
})

test('a page of another origin may not connect', () => {
  const own = ['Example.org:8443', 'localhost:4680', 'plain.example:80']
  const allowed = (origin: string | undefined): boolean =>
    originIsAllowed(origin, own, ['https://friend.example'])
  assert.equal(allowed(undefined), true)
  assert.equal(allowed('https://example.org:8443'), true)
  assert.equal(allowed('http://localhost:4680'), true)
  assert.equal(allowed('http://plain.example'), true)
  assert.equal(allowed('https://friend.example'), true)
  assert.equal(allowed('https://friend.example.evil'), false)
  assert.equal(allowed('https://example.org'), false)
  assert.equal(allowed('null'), false)
  assert.equal(allowed(''), false)
})
