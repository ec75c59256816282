import assert from 'node:assert/strict'
import { base64url, text, unbase64url, utf8 } from '@hufu/protocol/crypto'
import {
  isSlot,
  nearestWord,
  parseCode,
  prepareName,
  preparePassphrase,
  showCode,
  WORDS,
} from '@hufu/protocol/pair'
import { HufuError, SOCKET_PATH, SUBPROTOCOL } from '@hufu/protocol/wire'
import { parseServer } from '@hufu/terminal'
import { originIsAllowed } from '../../../packages/server/src/gateway/origin.ts'
import { sourcesBehind } from '../../../packages/server/src/gateway/source.ts'
import { faultOfUpgrade } from '../../../packages/server/src/gateway/upgrade.ts'
import { isSafeName, isSafePath } from '../../../packages/terminal/src/talk/files.ts'
import { readCode } from '../../../packages/web/src/state/code.ts'
import { codeOf } from '../../../packages/web/src/state/place.ts'
import type { Target } from './run.ts'

/** What people type, what links and headers carry, what a peer calls its files. */

/** Texts travel as UTF-16 here, so that accidents make half characters too. */
function written(typed: string): Uint8Array {
  return Buffer.from(typed, 'utf16le')
}

function typedAs(input: Uint8Array): string {
  return Buffer.from(input.buffer, input.byteOffset, input.length).toString('utf16le')
}

function textTarget(
  name: string,
  share: number,
  valid: readonly string[],
  feed: (typed: string) => boolean,
): Target {
  return { name, share, valid: valid.map(written), feed: (input) => feed(typedAs(input)) }
}

const fromProxies = sourcesBehind(['127.0.0.0/8', 'fd00::/8', '::1'])

export const texts: readonly Target[] = [
  {
    name: 'UTF-8',
    share: 15,
    valid: ['a', 'äöü', '€', '😀', '\ufeff', 'tango'].map(utf8),
    feed(input) {
      const read = text(input)
      if (read !== undefined) assert.deepEqual(utf8(read), input.slice())
      return read !== undefined
    },
  },
  {
    name: 'base64url',
    share: 10,
    valid: ['', 'AA', 'AAA', 'x-_9', 'kX3Tz0'].map(utf8),
    feed(input) {
      const letters = Buffer.from(input).toString('latin1')
      const octets = unbase64url(letters)
      if (octets !== undefined) assert.equal(base64url(octets), letters)
      return octets !== undefined
    },
  },
  textTarget(
    'codes',
    15,
    ['4821-tango-orbit-lilac', ' 4821 Tango  ORBIT lilac', '482100-a-b-c'],
    (typed) => {
      const code = parseCode(typed)
      if (!code.ok) {
        assert.equal(code.code, 'ERR_PAIR_CODE')
        return false
      }
      const shown = showCode(code.value)
      const again = parseCode(shown)
      assert.ok(again.ok && isSlot(again.value.slot))
      assert.equal(showCode(again.value), shown)
      return true
    },
  ),
  textTarget(
    'links',
    10,
    ['#4821-tango-orbit-lilac', 'https://hufu.example/#4821-tango-orbit-lilac', '#%34821%20a-b-c'],
    (typed) => {
      const carried = codeOf(typed)
      assert.ok(carried.length <= 200)
      assert.ok(['empty', 'malformed', 'good', 'doubtful'].includes(readCode(carried).is))
      return parseCode(carried).ok
    },
  ),
  textTarget('words', 1, [...WORDS.slice(0, 9), 'tango', 'tnago', 'orbi'], (typed) => {
    const near = nearestWord(typed)
    if (near !== undefined) assert.ok(WORDS.includes(near))
    return near !== undefined
  }),
  textTarget('passphrases', 10, ['correct horse', 'Größe\u00a0x', 'e\u0301', '\u1161'], (typed) => {
    const prepared = preparePassphrase(typed)
    if (!prepared.ok) {
      assert.equal(prepared.code, 'ERR_PAIR_PASSPHRASE')
      return false
    }
    assert.ok(prepared.value.length <= 1_024)
    assert.deepEqual(preparePassphrase(text(prepared.value)!), prepared, 'prepared twice')
    return true
  }),
  textTarget('names', 10, ['workshop', 'Anna.Ö_9', '\u212bngstr\u00f6m', 'ﬁ'], (typed) => {
    const prepared = prepareName(typed)
    if (!prepared.ok) {
      assert.equal(prepared.code, 'ERR_PAIR_NAME')
      return false
    }
    assert.deepEqual(prepareName(prepared.value), prepared, 'prepared twice')
    return true
  }),
  textTarget(
    'addresses of servers',
    8,
    ['hufu.example', 'https://hufu.example/base/', 'ws://[::1]:8080', '127.0.0.1:1'],
    (typed) => {
      try {
        const { name, socketUrl, url } = parseServer(typed)
        assert.ok(name.length > 0 && socketUrl.endsWith(SOCKET_PATH))
        assert.equal(parseServer(url).socketUrl, socketUrl)
        return true
      } catch (error) {
        assert.ok(error instanceof HufuError && error.code === 'ERR_USAGE', String(error))
        return false
      }
    },
  ),
  textTarget(
    'names and paths of files',
    10,
    ['a.txt', 'folder/b c.txt', '../x', 'CON', 'a/b/c/d.tar.gz'],
    (typed) => {
      const safe = isSafePath(typed)
      if (safe) assert.ok(!typed.split(/[\\/]/).includes('..') && !typed.startsWith('/'))
      if (isSafeName(typed)) assert.doesNotMatch(typed, /[\\/\0]/)
      return safe
    },
  ),
  textTarget(
    'sources behind proxies',
    8,
    ['203.0.113.9', '203.0.113.9, 127.0.0.1', '2001:db8::1', '::ffff:10.0.0.1', 'fe80::1%eth0'],
    (typed) => {
      const source = fromProxies('127.0.0.1', typed)
      assert.match(source, /^(unknown|\d+(\.\d+){3}|[\da-f:.]+::\/64)$/)
      return source !== '127.0.0.1'
    },
  ),
  textTarget(
    'requests to become a connection',
    15,
    [
      `GET\n${SOCKET_PATH}\nwebsocket\n${SUBPROTOCOL}\ndGhlIHNhbXBsZSBub25jZQ==\n13\nhttps://hufu.example`,
      `GET\n${SOCKET_PATH}?a\nWebSocket\nx, ${SUBPROTOCOL}\ndGhlIHNhbXBsZSBub25jZQ==\n13\nhttps://hufu.example:443`,
    ],
    (typed) => {
      const [method, url, upgrade, protocol, key, version, origin] = typed.split('\n')
      const headers = {
        host: 'hufu.example',
        upgrade,
        origin,
        'sec-websocket-protocol': protocol,
        'sec-websocket-key': key,
        'sec-websocket-version': version,
      }
      const request = { method, url, headers } as unknown as Parameters<typeof faultOfUpgrade>[0]
      const fault = faultOfUpgrade(request, { names: [], origins: [] })
      assert.ok(fault === undefined || [400, 403, 404, 426].includes(fault), String(fault))
      if (fault === undefined) assert.ok(originIsAllowed(origin, ['hufu.example'], []))
      return fault === undefined
    },
  ),
]
