import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Bus } from './bus.ts'

/**
 * Every bus must pass this. `settled` resolves when all that was published has arrived; `failures` are what `open` was
 * told of handlers that threw.
 */
export function busContract(
  name: string,
  open: () => Promise<{ readonly bus: Bus; settled(): Promise<void> }>,
): void {
  const on = (
    title: string,
    run: (bus: Bus, settled: () => Promise<void>) => Promise<void>,
  ): void => {
    test(`${name}: ${title}`, async () => {
      const { bus, settled } = await open()
      await run(bus, settled)
      await bus.close()
    })
  }

  on('delivers to all subscribers of the subject and to nobody else', async (bus, settled) => {
    const heard: string[] = []
    bus.subscribe('a.1', (octets, _head, subject) =>
      heard.push(`first ${octets.join()}${subject === 'a.1' ? '' : ' of another'}`),
    )
    bus.subscribe('a.1', (octets) => heard.push(`second ${octets.join()}`))
    bus.subscribe('a.2', () => heard.push('wrong'))
    bus.subscribe('a', () => heard.push('wrong'))
    bus.publish('a.1', Uint8Array.of(1, 2))
    await settled()
    assert.deepEqual(heard.toSorted(), ['first 1,2', 'second 1,2'])
  })

  on('delivers a head apart from what it heads', async (bus, settled) => {
    const heard: string[] = []
    bus.subscribe('a', (octets, head) => heard.push(`${head.join()} | ${octets.join()}`))
    bus.publish('a', Uint8Array.of(1, 2), Uint8Array.of(3))
    bus.publish('a', Uint8Array.of(1, 2))
    bus.publish('a', new Uint8Array(0), Uint8Array.of(3))
    await settled()
    assert.deepEqual(heard, ['3 | 1,2', ' | 1,2', '3 | '])
  })

  on('keeps the order of one publisher on one subject', async (bus, settled) => {
    const heard: number[] = []
    bus.subscribe('a', (octets) => heard.push(octets[0]!))
    for (let i = 0; i < 200; i += 1) bus.publish('a', Uint8Array.of(i))
    await settled()
    assert.deepEqual(
      heard,
      Array.from({ length: 200 }, (_, i) => i),
    )
  })

  on('never calls a handler from within publish', async (bus, settled) => {
    const heard: string[] = []
    bus.subscribe('a', () => {
      bus.publish('b', new Uint8Array(1))
      heard.push('a')
    })
    bus.subscribe('b', () => heard.push('b'))
    bus.publish('a', new Uint8Array(1))
    heard.push('published')
    await settled()
    assert.deepEqual(heard, ['published', 'a', 'b'])
  })

  on('stops at once when unsubscribed, even in the middle of a delivery', async (bus, settled) => {
    const heard: string[] = []
    let stop = (): void => assert.fail()
    bus.subscribe('a', () => {
      heard.push('first')
      stop()
    })
    stop = bus.subscribe('a', () => heard.push('second'))
    bus.publish('a', new Uint8Array(1))
    await settled()
    assert.deepEqual(heard, ['first'])
  })

  on('unsubscribes one subscription, not others of the same handler', async (bus, settled) => {
    let heard = 0
    const handler = (): void => void (heard += 1)
    const stop = bus.subscribe('a', handler)
    bus.subscribe('a', handler)
    stop()
    stop()
    bus.publish('a', new Uint8Array(1))
    await settled()
    assert.equal(heard, 1)
  })

  on('a handler that throws keeps nothing from the others', async (bus, settled) => {
    let heard = 0
    bus.subscribe('a', () => {
      throw new Error('this one fails')
    })
    bus.subscribe('a', () => void (heard += 1))
    bus.publish('a', new Uint8Array(1))
    bus.publish('a', new Uint8Array(1))
    await settled()
    assert.equal(heard, 2)
  })

  on('delivers nothing after it is closed', async (bus, settled) => {
    let heard = 0
    bus.subscribe('a', () => void (heard += 1))
    bus.publish('a', new Uint8Array(1))
    await bus.close()
    bus.publish('a', new Uint8Array(1))
    await settled()
    assert.equal(heard, 0)
  })
}
