import { randomFillSync } from 'node:crypto'

import type { Random } from '../random.ts'

/** The system's own source: never runs dry, never repeats. */
export const random: Random = (octets) => randomFillSync(new Uint8Array(octets))
