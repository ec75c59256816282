import { serveToken } from '@hufu/pkcs11/token'
import { AES_MECHANISMS, aesKeys } from './aes-keys.ts'

serveToken(AES_MECHANISMS, aesKeys)
