import { signin, type Introductions, type SecurityKey } from '@hufu/terminal'
import { issuersOf } from '../../ports/issuers.ts'
import { pins } from '../../ports/pins.ts'
import { serverUrl } from '../server.ts'
import { raiseAlarm } from './alarm.ts'

/** How this end shows itself, and whom it takes the other for. */
export async function introductionsBy(options: {
  /** The KEY to show: it may come and go while somebody waits to be rung. */
  readonly key: () => SecurityKey | undefined
  readonly awaited: boolean
  /** The user who is rung. */
  readonly rung?: string
}): Promise<Introductions> {
  const { introductionsOf, ...tools } = await signin()
  const now = async (): Promise<Introductions> => {
    const issuers = await issuersOf(serverUrl(), tools)
    return introductionsOf({ ...options, key: options.key(), issuers, pins, accept: raiseAlarm })
  }
  return {
    awaited: options.awaited,
    introduce: async (at) => (await now()).introduce(at),
    judge: async (said, at) => (await now()).judge(said, at),
  }
}
