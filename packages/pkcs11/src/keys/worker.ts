import { serveToken } from '../token/serve.ts'
import { KEY_MECHANISMS, keyActs } from './acts.ts'

serveToken(KEY_MECHANISMS, keyActs)
