import { seededRandomForTests, utf8, type Random } from '@hufu/protocol/crypto'

/** Ids, keys and the like of valid inputs: the same in every run, so that a seed makes the same inputs again. */
export const fixed: Random = seededRandomForTests(utf8('valid inputs'))
