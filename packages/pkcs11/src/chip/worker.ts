import { serveToken } from '../token/serve.ts'
import { CHIP_MECHANISMS, chipActs } from './acts.ts'

serveToken(CHIP_MECHANISMS, chipActs)
