import type { HashName } from '../hkdf.ts'

/** Lower-case hexadecimal. */
type Hex = string

interface Vector {
  /** Where it comes from, and what it is about. */
  readonly id: string
}

/** A digest; SHAKE's has the length of `digest`. */
export interface HashVector extends Vector {
  readonly hash: 'sha256' | 'sha512' | 'sha3_256' | 'shake256'
  readonly message: Hex
  readonly digest: Hex
}

/** A tag, possibly cut short, that is the message's or is not. */
export interface HmacVector extends Vector {
  readonly hash: HashName
  readonly key: Hex
  readonly message: Hex
  readonly tag: Hex
  readonly good: boolean
}

/** A derivation; `null`: must be refused. */
export interface HkdfVector extends Vector {
  readonly hash: HashName
  readonly ikm: Hex
  readonly salt: Hex
  readonly info: Hex
  readonly octets: number
  readonly okm: Hex | null
}

/** A Diffie–Hellman; `null`: must be refused. */
export interface AgreementVector extends Vector {
  readonly group: 'x25519' | 'p256'
  readonly secret: Hex
  readonly peer: Hex
  readonly shared: Hex | null
}

/** A signature that is good or is not. */
export interface SignatureVector extends Vector {
  readonly scheme: 'ed25519' | 'ecdsaP256'
  readonly public: Hex
  readonly message: Hex
  readonly signature: Hex
  readonly good: boolean
}

/** What an Ed25519 seed makes of a message. */
export interface SigningVector extends Vector {
  readonly seed: Hex
  readonly public: Hex
  readonly message: Hex
  readonly signature: Hex
}

/** A sealed message that opens or must not. */
export interface AeadVector extends Vector {
  readonly cipher: 'aes128gcm' | 'aes256gcm' | 'chacha20poly1305'
  readonly key: Hex
  readonly nonce: Hex
  readonly aad: Hex
  readonly plaintext: Hex
  readonly sealed: Hex
  readonly opens: boolean
}

/** What a seed's key makes of a ciphertext; `null`: seed or ciphertext must be refused. */
export interface DecapsulationVector extends Vector {
  readonly kem: 'mlkem768' | 'xwing'
  readonly seed: Hex
  readonly public: Hex | null
  readonly ciphertext: Hex
  readonly shared: Hex | null
}

/** An encapsulation with its randomness; `null`: the public key must be refused. */
export interface EncapsulationVector extends Vector {
  readonly kem: 'mlkem768' | 'xwing'
  readonly randomness: Hex
  readonly public: Hex
  readonly ciphertext: Hex | null
  readonly shared: Hex | null
}

/** An Argon2id hash. */
export interface Argon2idVector extends Vector {
  readonly password: Hex
  readonly salt: Hex
  readonly memoryKiB: number
  readonly passes: number
  readonly parallelism: number
  readonly hash: Hex
}

/** One HPKE context in base mode: some of its messages, by number, and some of its exports. */
export interface HpkeVector extends Vector {
  readonly kem: 0x10 | 0x20 | 0x647a
  readonly kdf: 1 | 3
  readonly aead: 1 | 2 | 3
  readonly info: Hex
  /** What the sender's random source deals out. */
  readonly randomness: Hex
  readonly secret: Hex
  readonly public: Hex
  readonly enc: Hex
  readonly messages: readonly HpkeMessage[]
  readonly exports: readonly { readonly context: Hex; readonly value: Hex }[]
}

interface HpkeMessage {
  readonly sequence: number
  readonly aad: Hex
  readonly plaintext: Hex
  readonly sealed: Hex
}

/** A whole run of CPace: scalars `ya`, `yb`, shares `shareA`, `shareB`. */
export interface CpaceRunVector extends Vector {
  readonly prs: Hex
  readonly ci: Hex
  readonly sid: Hex
  readonly generator: Hex
  readonly ya: Hex
  readonly ada: Hex
  readonly shareA: Hex
  readonly yb: Hex
  readonly adb: Hex
  readonly shareB: Hex
  readonly k: Hex
  readonly isk: Hex
}

/** What a scalar makes of a peer's share; `null`: the run must be aborted. */
export interface CpaceShareVector extends Vector {
  readonly scalar: Hex
  readonly peer: Hex
  readonly k: Hex | null
}

/** The two confirmation tags of a transcript. */
export interface CpaceTagsVector extends Vector {
  readonly sid: Hex
  readonly isk: Hex
  readonly ya: Hex
  readonly ada: Hex
  readonly yb: Hex
  readonly adb: Hex
  readonly ta: Hex
  readonly tb: Hex
}

/** The parts and their `lv_cat`. */
export interface LengthValueVector extends Vector {
  readonly parts: readonly Hex[]
  readonly joined: Hex
}

/** One list for each file of `fixtures/`, under its name. */
export interface Vectors {
  readonly hash: readonly HashVector[]
  readonly hmac: readonly HmacVector[]
  readonly hkdf: readonly HkdfVector[]
  readonly agreement: readonly AgreementVector[]
  readonly signature: readonly SignatureVector[]
  readonly signing: readonly SigningVector[]
  readonly aead: readonly AeadVector[]
  readonly decapsulation: readonly DecapsulationVector[]
  readonly encapsulation: readonly EncapsulationVector[]
  readonly argon2id: readonly Argon2idVector[]
  readonly hpke: readonly HpkeVector[]
  readonly cpaceRun: readonly CpaceRunVector[]
  readonly cpaceShare: readonly CpaceShareVector[]
  readonly cpaceTags: readonly CpaceTagsVector[]
  readonly lengthValue: readonly LengthValueVector[]
}
