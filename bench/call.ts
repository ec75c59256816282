import { frameFigures } from './call/frames.ts'
import { liveFigures } from './call/live.ts'
import { mediaFigures } from './call/media.ts'
import { secretFigures } from './call/secrets.ts'
import type { Benchmark } from './harness/benchmark.ts'

/** What it takes to keep a call's key moving, and what its media costs. */
export const call: Benchmark = {
  name: 'call',
  about:
    'Calls, from their machines to whole ones. First a host and 1,000 members without sockets, in one process, by its CPU: a fresh secret to all, beside 1,000 wraps by @hpke/hybridkem-x-wing and a commit by ts-mls (X25519, AES-128-GCM) in a group of 1,000 who were added at once; and an ordinary hop. S1, by which members verify each other, is left out there. Frames: SFrame beside AES-256-GCM under a KeyObject, key and nonce at hand, in a process of their own. Media: calls of 8 whose members each send 50 frames of 180 octets a second, at moments evenly spread, through a server on loopback, beside Socket.IO with its own client (one room a call). At last whole calls by the terminal’s own library over loopback: a server, the host, and all other members in one process, each with a user, a key in software and two connections of its own; from the host’s word to hop until the last member seals under the new key, one hop after the other, every seventeenth by a fresh secret, while up to 4 members send frames (50 a second each, or as many as make 4,000 arrivals a second in all). A thousand members would be a thousand machines: here their process has two threads and shares two cores with server and host, and nearly all of what a hop takes is the members’ own work, one after the other; what one thread makes of it stands beside it. In the call of 1,000 members do not verify each other’s S1: together they would have a million signatures to verify.',
  packages: [],
  limitMs: 900_000,
  async run(scope, say) {
    const frames = await frameFigures(scope)
    say('secrets …')
    const secrets = await secretFigures()
    const media = await mediaFigures(scope, say)
    say('whole calls …')
    const live = await liveFigures(scope)
    return { figures: [...secrets, ...frames, ...media, ...live.figures], notes: live.notes }
  },
}
