import { findTokenChip, newTokenChip, type TokenChip } from '@hufu/pkcs11'
import { fieldsOf, type Stored } from '../profile/shelf.ts'
import type { ChipHolding } from './chips.ts'
import { readPlace, tokenNamedBy, withPin, type TokenPlace } from './token-entry.ts'

/** Chips in a PKCS#11 token: a root key that makes tags in it, made by us or, with `--existing`, by its maker. */
export const tokenChip: ChipHolding = {
  async make(ports) {
    const { args, name } = ports
    const place = tokenNamedBy(args)
    const label = args.one('label') ?? `hufu chip ${name}`
    const opening = args.has('existing') ? findTokenChip : newTokenChip
    return withPin(place, ports, async (entry) => {
      const chip = await opening(entry, label)
      return { chip, held: stored(place, chip) }
    })
  },
  async open({ terminal, held }, ports) {
    const path = `the chip of ${terminal}`
    const label = fieldsOf(held, path).text('label')
    return withPin(readPlace(held, path), ports, async (entry) => findTokenChip(entry, label))
  },
}

function stored({ module, token }: TokenPlace, chip: TokenChip): Stored {
  return { module, token, label: chip.place.label }
}
