import { rm } from 'node:fs/promises'
import { compared, type Figure } from '../harness/figures.ts'
import type { Scope } from '../harness/scope.ts'
import type { ServedApp } from './app.ts'
import { crossBrowsers, type Crossing } from './crossing.ts'
import { crossLeast } from './least.ts'
import { randomFile } from './random-file.ts'
import { crossShells } from './shells.ts'

/** Counted rounds of the race: 200 MB each. */
export const ROUNDS = 3
/** Octets of the file in the race, and of that whose memory is compared with it. */
const RACE_OCTETS = 2e8
const LARGE_OCTETS = 1e9
/** Least part of the shells' speed that browsers must reach. */
const LEAST_SPEED = 0.5
/** Least part of what this machine's browsers can carry at all. Our choice. */
const LEAST_OF_LEAST = 0.8
/** Most that memory may grow by from the small file to the large one. */
const FLAT = 1.2

/** A file from browser to browser beside one from shell to shell, and the memory that a larger one takes. */
export async function measureTransfer(
  scope: Scope,
  app: ServedApp,
  say: (text: string) => void,
): Promise<readonly Figure[]> {
  const { browsers, shells, least } = await race(scope, app, say)
  const large = await randomFile(scope, LARGE_OCTETS)
  const crossing = await crossBrowsers(scope, app, large)
  await rm(large.path)
  say(`1 GB: ${shownCrossing(crossing, LARGE_OCTETS)}`)
  const speed = (seconds: number): number => RACE_OCTETS / 1e6 / seconds
  const peer = { unit: 'MB/s', peer: shells.map(speed), peerName: 'shell to shell' }
  const memory = (what: string, of: (crossing: Crossing) => number): Figure =>
    compared({
      what: `most memory, 1 GB beside 200 MB: ${what}`,
      unit: 'MB',
      hufu: [of(crossing) / 1e6],
      peer: browsers.map((each) => of(each) / 1e6),
      peerName: '200 MB',
      atMost: FLAT,
    })
  return [
    compared({
      ...peer,
      what: '200 MB browser to browser, until both say so',
      hufu: browsers.map(({ seconds }) => speed(seconds)),
      atLeast: LEAST_SPEED,
    }),
    compared({
      ...peer,
      what: '200 MB browser to browser, until it is among the downloads',
      hufu: browsers.map(({ downloaded }) => speed(downloaded)),
      atLeast: LEAST_SPEED,
    }),
    compared({
      what: '200 MB browser to browser, beside the least that pages can do',
      unit: 'MB/s',
      hufu: browsers.map(({ seconds }) => speed(seconds)),
      peer: least.map(speed),
      peerName: 'least pages',
      atLeast: LEAST_OF_LEAST,
    }),
    memory('page that sends', ({ sender }) => sender.page),
    memory('page that receives', ({ receiver }) => receiver.page),
    memory('browser that sends', ({ sender }) => sender.browser),
    memory('browser that receives', ({ receiver }) => receiver.browser),
  ]
}

async function race(
  scope: Scope,
  app: ServedApp,
  say: (text: string) => void,
): Promise<{
  readonly browsers: readonly Crossing[]
  readonly shells: readonly number[]
  readonly least: readonly number[]
}> {
  const file = await randomFile(scope, RACE_OCTETS)
  const browsers: Crossing[] = []
  const shells: number[] = []
  const least: number[] = []
  for (let round = 1; round <= ROUNDS; round += 1) {
    const ours = await crossBrowsers(scope, app, file)
    const theirs = await crossShells(scope, app, file)
    const bare = await crossLeast(scope, file)
    const leastSpeed = (RACE_OCTETS / 1e6 / bare).toFixed(0)
    const shellSpeed = (RACE_OCTETS / 1e6 / theirs).toFixed(0)
    say(
      `round ${round}: ${shownCrossing(ours, RACE_OCTETS)}; shells ${shellSpeed} MB/s; least pages ${leastSpeed} MB/s`,
    )
    browsers.push(ours)
    shells.push(theirs)
    least.push(bare)
  }
  await rm(file.path)
  return { browsers, shells, least }
}

function shownCrossing({ seconds, sender, receiver }: Crossing, octets: number): string {
  const speed = (octets / 1e6 / seconds).toFixed(0)
  const mb = (of: number): string => (of / 1e6).toFixed(0)
  return `${speed} MB/s; pages ${mb(sender.page)} and ${mb(receiver.page)} MB, browsers ${mb(sender.browser)} and ${mb(receiver.browser)} MB`
}
