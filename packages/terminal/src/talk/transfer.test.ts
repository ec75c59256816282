import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { decodeTalk, encodeTalk, type TalkMessage } from '@hufu/protocol/pair'
import { HufuError, type ErrorCode } from '@hufu/protocol/wire'
import { memorySink, memorySource, type MemorySink } from './files.testing.ts'
import { isSafePath, type FileOffer, type FileSource, type Progress } from './files.ts'
import { receiveFiles, type IncomingTransfer } from './incoming.ts'
import { sendFiles, type Outgoing } from './outgoing.ts'

interface Ends {
  readonly outgoing: Outgoing
  readonly incoming: () => IncomingTransfer
  readonly said: string[]
  readonly progress: Progress[]
  readonly received: Promise<string>
}

type Receiver = (transfer: IncomingTransfer) => Promise<string>

/** A sender and a receiver, joined by the real encoding; `twist` may alter what travels. */
function joined(
  source: FileSource,
  receive: Receiver,
  twist: (message: TalkMessage) => TalkMessage = (message) => message,
): Ends {
  const said: string[] = []
  const progress: Progress[] = []
  const received = Promise.withResolvers<string>()
  received.promise.catch(() => undefined)
  let incoming: IncomingTransfer | undefined
  let line = Promise.resolve()
  const carry = (message: TalkMessage, to: (message: TalkMessage) => unknown): void => {
    const decoded = decodeTalk(encodeTalk(twist(message)))
    assert(decoded.ok)
    said.push(decoded.value.type)
    line = line.then(async () => void (await to(decoded.value)))
  }
  const outgoing: Outgoing = sendFiles(
    1,
    source,
    {
      room: () => line.then(() => undefined),
      send: (message) =>
        carry(message, (arrived) => {
          if (arrived.type !== 'offer') return incoming!.message(arrived)
          const { name, kind, octets, entries } = arrived
          incoming = receiveFiles(
            1,
            { name, kind, octets, entries },
            { send: (back) => carry(back, (message_) => outgoing.message(message_)) },
          )
          receive(incoming).then(received.resolve, received.reject)
          return undefined
        }),
    },
    (step) => progress.push(step),
  )
  return { outgoing, incoming: () => incoming!, said, progress, received: received.promise }
}

const into =
  (sink: MemorySink): Receiver =>
  (transfer) =>
    transfer.incoming.accept(sink)

async function code(promise: Promise<unknown>): Promise<ErrorCode> {
  try {
    await promise
  } catch (error) {
    if (error instanceof HufuError) return error.code
    throw error
  }
  throw new Error('it succeeded')
}

const octets = (length: number, seed = 1): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 7 + seed) % 251)

const sum = (arrays: readonly Uint8Array[]): number =>
  arrays.reduce((all, { length }) => all + length, 0)

describe('a transfer', () => {
  for (const length of [0, 1, 63_995, 63_996, 200_000])
    test(`of one file of ${length} octets arrives whole`, async () => {
      const sink = memorySink()
      const ends = joined(memorySource('a.bin', { '': octets(length) }), into(sink))
      await ends.outgoing.done
      assert.equal(await ends.received, 'stored')
      assert.deepEqual(Uint8Array.from(sink.files.get('') ?? []), octets(length))
      assert.equal(sink.state, 'complete')
      assert.deepEqual(ends.progress.at(-1), { octets: length, of: length, resumed: 0 })
    })

  test('of a folder keeps every entry, and does not wait between them', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 600 }, (_, i) => [`d/${i}.txt`, octets(i % 50, i)]),
    )
    const sink = memorySink()
    const ends = joined(memorySource('d', files), into(sink))
    await ends.outgoing.done
    assert.deepEqual(sink.finished, Object.keys(files))
    for (const [path, content] of Object.entries(files))
      assert.deepEqual(Uint8Array.from(sink.files.get(path) ?? []), content)
    assert.equal(ends.said.filter((type) => type === 'entries').length, 3)
  })

  test('of an empty folder is stored, and said to be', async () => {
    const sink = memorySink()
    const ends = joined(memorySource('empty', {}), into(sink))
    await ends.outgoing.done
    assert.equal(await ends.received, 'stored')
    assert.equal(sink.state, 'complete')
    assert.ok(ends.said.includes('stored'))
  })

  test('goes on behind what an earlier try has left', async () => {
    const sink = memorySink({ '': octets(150_000) })
    const ends = joined(memorySource('a', { '': octets(200_000) }), into(sink))
    await ends.outgoing.done
    assert.deepEqual(Uint8Array.from(sink.files.get('')!), octets(200_000))
    assert.deepEqual(ends.progress.at(-1), { octets: 200_000, of: 200_000, resumed: 150_000 })
    assert.equal(ends.said.filter((type) => type === 'piece').length, 1)
  })

  test('begins anew where the beginnings differ, or what is there is longer', async () => {
    for (const before of [octets(150_000, 9), octets(300_000)]) {
      const sink = memorySink({ '': before })
      const ends = joined(memorySource('a', { '': octets(200_000) }), into(sink))
      await ends.outgoing.done
      assert.deepEqual(Uint8Array.from(sink.files.get('')!), octets(200_000))
    }
  })

  test('that is declined tells the sender', async () => {
    const ends = joined(memorySource('a', { '': octets(9) }), (transfer) => {
      transfer.incoming.decline()
      return Promise.resolve('')
    })
    assert.equal(await code(ends.outgoing.done), 'ERR_FILE_DECLINED')
  })

  test('of a file that became shorter meanwhile is given up by the sender, and told', async () => {
    const sink = memorySink()
    const honest = memorySource('a', { '': octets(200_000) })
    const shrinking = { ...honest, read: () => Promise.resolve(new Uint8Array(0)) }
    const ends = joined(shrinking, into(sink))
    assert.equal(await code(ends.outgoing.done), 'ERR_FILE_CHANGED')
    assert.equal(await code(ends.received), 'ERR_FILE_CHANGED')
    assert.equal(sink.state, 'suspended')
  })

  test('that cannot be written is given up by the receiver, and told', async () => {
    const sink = memorySink()
    const failures: readonly (readonly [ErrorCode, Error])[] = [
      ['ERR_FILE_WRITE', new HufuError('ERR_FILE_WRITE', 'disk full')],
      ['ERR_INTERNAL', new TypeError('a mistake of ours')],
    ]
    for (const [known, error] of failures) {
      const full = { ...sink, write: () => Promise.reject(error) }
      const ends = joined(memorySource('a', { '': octets(200_000) }), (transfer) =>
        transfer.incoming.accept(full),
      )
      assert.equal(await code(ends.outgoing.done), known)
      assert.equal(await code(ends.received), known)
    }
  })

  test('gives each array that was read back once, when the other has all of it and not before', async () => {
    const read: Uint8Array[] = []
    const back: Uint8Array[] = []
    const whole = memorySource('a', { '': octets(3_000_000) })
    const source: FileSource = {
      ...whole,
      async read(...where) {
        const data = await whole.read(...where)
        read.push(data)
        return data
      },
      giveBack: (data) => void back.push(data),
    }
    const sent: { readonly message: TalkMessage; readonly taken: (() => void) | undefined }[] = []
    const outgoing = sendFiles(
      1,
      source,
      {
        room: () => Promise.resolve(),
        send: (message, taken) => void sent.push({ message, taken }),
      },
      () => undefined,
    )
    outgoing.message({ type: 'accept', id: 1 })
    outgoing.message({ type: 'have', id: 1, held: [], last: true })
    while (sent.at(-1)?.message.type !== 'end') await new Promise(setImmediate)
    assert.equal(back.length, 0)
    let taken = 0
    let due = 0
    for (const one of sent) {
      if (one.message.type === 'piece') taken += one.message.data.length
      one.taken?.()
      while (due < read.length && taken >= sum(read.slice(0, due + 1))) due += 1
      assert.equal(back.length, due)
    }
    assert.equal(due, read.length)
    assert.deepEqual(back, read)
    outgoing.message({ type: 'stored', id: 1, index: 0 })
    await outgoing.done
  })

  test('that the receiver cancels keeps what has come', async () => {
    const sink = memorySink()
    const ends = joined(memorySource('a', { '': octets(2_000_000) }), (transfer) =>
      transfer.incoming.accept(sink, () => transfer.incoming.cancel()),
    )
    assert.equal(await code(ends.outgoing.done), 'ERR_FILE_CANCELLED')
    assert.equal(await code(ends.received), 'ERR_FILE_CANCELLED')
    assert.equal(sink.state, 'suspended')
  })

  test('whose session ends keeps what has come, and fails with its code', async () => {
    const sink = memorySink()
    const ends = joined(memorySource('a', { '': octets(2_000_000) }), (transfer) =>
      transfer.incoming.accept(sink, () => {
        ends.outgoing.stop('ERR_PEER_GONE')
        void ends.incoming().stop('ERR_PEER_GONE')
      }),
    )
    assert.equal(await code(ends.outgoing.done), 'ERR_PEER_GONE')
    assert.equal(await code(ends.received), 'ERR_PEER_GONE')
    assert.equal(sink.state, 'suspended')
  })
})

describe('a hostile sender', () => {
  const twisted = async (
    twist: (message: TalkMessage) => TalkMessage,
    files: Record<string, Uint8Array> = { 'a.txt': octets(100), 'b.txt': octets(100) },
  ): Promise<ErrorCode> => {
    const sink = memorySink()
    const ends = joined(memorySource('d', files), into(sink), twist)
    const [sent, received] = await Promise.all([code(ends.outgoing.done), code(ends.received)])
    assert.equal(sent, received)
    assert.notEqual(sink.state, 'complete')
    return received
  }

  const paths = ['../a', '/etc/passwd', 'a/../../b', 'a//b', '', 'C:\\x', 'a\u0000b', 'nul', './a']
  for (const path of paths)
    test(`cannot name a file ${JSON.stringify(path)}`, async () => {
      const got = await twisted((message) =>
        message.type === 'entries'
          ? { ...message, entries: message.entries.map((entry) => ({ ...entry, path })) }
          : message,
      )
      assert.equal(got, 'ERR_FILE_NAME')
    })

  const cases: Record<string, (message: TalkMessage) => TalkMessage> = {
    'send more than it announced': (message) =>
      message.type === 'piece' ? { ...message, data: octets(101) } : message,
    'announce other sizes than it offered': (message) =>
      message.type === 'offer' ? { ...message, octets: 5 } : message,
    'list more entries than it offered': (message) =>
      message.type === 'offer' ? { ...message, entries: 1 } : message,
    'name one path twice': (message) =>
      message.type === 'entries'
        ? { ...message, entries: message.entries.map((entry) => ({ ...entry, path: 'x' })) }
        : message,
    'begin in the middle of nothing': (message) =>
      message.type === 'begin' ? { ...message, position: 7 } : message,
    'begin an entry out of turn': (message) =>
      message.type === 'begin' ? { ...message, index: 1 } : message,
    'end before the end': (message) =>
      message.type === 'piece' ? { ...message, data: octets(99) } : message,
  }
  for (const [what, twist] of Object.entries(cases))
    test(`cannot ${what}`, async () => assert.equal(await twisted(twist), 'ERR_TALK_MALFORMED'))

  test('gets nowhere before the offer was accepted', async () => {
    const offer: FileOffer = { name: 'a', kind: 'file', octets: 1, entries: 1 }
    const answers: TalkMessage[] = []
    const transfer = receiveFiles(1, offer, { send: (message) => void answers.push(message) })
    await transfer.message({ type: 'piece', id: 1, data: octets(1) })
    assert.deepEqual(answers, [
      { type: 'cancel', id: 1, by: 'receiver', code: 'ERR_TALK_MALFORMED' },
    ])
  })
})

test('paths that are safe pass', () => {
  for (const path of ['a', 'a/b/c.txt', '名前/文件.txt', '.hidden', 'a b', '...'])
    assert.equal(isSafePath(path), true, path)
})
