import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HufuError, type ErrorCode } from '@hufu/protocol/wire'
import { logIn, MOST_WRONG_PINS, type Doorkeeper, type PinNote, type PinNotes } from './pin.ts'

/** A token with a PIN, three tries, and flags if it is one that has them. */
function tokenWith(pin: string, hasFlags: boolean): FakeToken {
  const token: FakeToken = {
    tries: 3,
    entered: [],
    at: (given) => ({
      look: async () => {
        if (hasFlags && token.tries === 1) throw new HufuError('ERR_HSM_LOCKED', 'last try')
        return { name: 'token', pinLow: hasFlags && token.tries < 3, pinOctets: [4, 8] }
      },
      enter: async () => {
        token.entered.push(given)
        if (given === pin) token.tries = 3
        else {
          token.tries -= 1
          throw new HufuError(token.tries === 0 ? 'ERR_HSM_LOCKED' : 'ERR_HSM_PIN', 'wrong')
        }
        return true
      },
    }),
  }
  return token
}

interface FakeToken {
  tries: number
  readonly entered: string[]
  at(pin: string): Doorkeeper
}

function memory(): PinNotes & { readonly kept: Map<string, PinNote> } {
  const kept = new Map<string, PinNote>()
  return {
    kept,
    async change(token, next) {
      const note = next(kept.get(token))
      if (note === undefined) kept.delete(token)
      else kept.set(token, note)
    },
  }
}

async function refused(act: Promise<void>, code: ErrorCode, message?: RegExp): Promise<void> {
  await assert.rejects(act, message === undefined ? { code } : { code, message })
}

for (const hasFlags of [true, false])
  test(`a token ${hasFlags ? 'with' : 'without'} flags keeps its last try, however often we are started`, async () => {
    const token = tokenWith('1234', hasFlags)
    const notes = memory()
    for (let start = 0; start < 10; start += 1)
      await assert.rejects(logIn(token.at('9999'), '9999', notes))
    assert.equal(token.entered.length, MOST_WRONG_PINS)
    assert.equal(token.tries, 1)
    // nor for the right one: nobody but its owner knows that it is
    await assert.rejects(logIn(token.at('1234'), '1234', notes))
    assert.equal(token.entered.length, MOST_WRONG_PINS)
  })

test('the right PIN clears the note', async () => {
  const token = tokenWith('1234', false)
  const notes = memory()
  await refused(logIn(token.at('9999'), '9999', notes), 'ERR_HSM_PIN')
  assert.deepEqual(notes.kept.get('token'), { wrong: 1, flagged: false })
  await logIn(token.at('1234'), '1234', notes)
  assert.equal(notes.kept.size, 0)
})

test('a note is of no use once the token says that somebody has logged in since', async () => {
  const token = tokenWith('1234', true)
  const notes = memory()
  await refused(logIn(token.at('9999'), '9999', notes), 'ERR_HSM_PIN')
  assert.deepEqual(notes.kept.get('token'), { wrong: 1, flagged: true })
  token.tries = 3
  await refused(logIn(token.at('9998'), '9998', notes), 'ERR_HSM_PIN')
  assert.deepEqual(notes.kept.get('token'), { wrong: 1, flagged: true })
})

test('a wrong PIN that another program gave counts as if there were few tries left', async () => {
  const token = tokenWith('1234', true)
  token.tries = 2
  await refused(logIn(token.at('1234'), '1234', memory()), 'ERR_HSM_PIN', /another program/)
  assert.deepEqual(token.entered, [])
})

test('a PIN that cannot be the right one, by its length, is not tried', async () => {
  const token = tokenWith('1234', true)
  const notes = memory()
  for (const pin of ['', '123', '123456789'])
    await refused(logIn(token.at(pin), pin, notes), 'ERR_HSM_PIN', /4 to 8/)
  assert.deepEqual(token.entered, [])
  assert.equal(notes.kept.size, 0)
})

test('a try is noted before it is made', async () => {
  const notes = memory()
  const seen: (PinNote | undefined)[] = []
  const token = tokenWith('1234', true).at('1234')
  await logIn(
    { ...token, enter: async () => (seen.push(notes.kept.get('token')), token.enter()) },
    '1234',
    notes,
  )
  assert.deepEqual(seen, [{ wrong: 1, flagged: false }])
})

test('a try that the token did not look at is not counted, and clears nothing', async () => {
  const token = tokenWith('1234', false)
  const notes = memory()
  const absent = new HufuError('ERR_HSM_ABSENT', 'gone')
  const at = { ...token.at('1234'), enter: async () => Promise.reject(absent) }
  await refused(logIn(at, '1234', notes), 'ERR_HSM_ABSENT')
  assert.equal(notes.kept.size, 0)
  await refused(logIn(token.at('9999'), '9999', notes), 'ERR_HSM_PIN')
  await refused(logIn(at, '1234', notes), 'ERR_HSM_ABSENT')
  await logIn({ ...token.at('1234'), enter: async () => false }, '1234', notes)
  assert.deepEqual(notes.kept.get('token'), { wrong: 1, flagged: false })
})

test('tries of processes at the same time are all noted', async () => {
  const token = tokenWith('1234', false)
  const notes = memory()
  const at = token.at('9999')
  const slow: Doorkeeper = {
    ...at,
    enter: async () => {
      await turns(5)
      return at.enter()
    },
  }
  const ends = await Promise.allSettled(
    Array.from({ length: 5 }, async () => logIn(slow, '9999', notes)),
  )
  assert.ok(ends.every(({ status }) => status === 'rejected'))
  assert.equal(token.entered.length, MOST_WRONG_PINS)
  assert.deepEqual(notes.kept.get('token'), { wrong: MOST_WRONG_PINS, flagged: false })
})

test('where nothing can be noted, nothing is tried', async () => {
  const token = tokenWith('1234', true)
  const full = new HufuError('ERR_PROFILE', 'disk full')
  const notes: PinNotes = { ...memory(), change: async () => Promise.reject(full) }
  await refused(logIn(token.at('1234'), '1234', notes), 'ERR_PROFILE')
  assert.deepEqual(token.entered, [])
})

/** Lets others go on. */
async function turns(left: number): Promise<void> {
  if (left === 0) return
  await Promise.resolve()
  return turns(left - 1)
}
