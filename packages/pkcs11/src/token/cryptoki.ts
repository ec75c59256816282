/*
 * The part of PKCS#11 (Cryptoki, v2.40) that hufu needs, as pkcs11js offers it. Declared here and not taken from there: it
 * is a native module that a machine without a compiler does not have.
 */

/** A slot, a session, an object: whatever the library hands out. */
export type Handle = Uint8Array

export interface Attribute {
  readonly type: number
  readonly value?: Uint8Array | number | boolean | string
}

/** CK_GCM_PARAMS. */
export interface GcmParameter {
  readonly type: number
  readonly iv: Buffer
  readonly aad: Buffer
  readonly ivBits: number
  readonly tagBits: number
}

/** CK_ECDH1_DERIVE_PARAMS. */
export interface EcdhParameter {
  readonly type: number
  readonly kdf: number
  readonly publicData: Buffer
}

export interface Mechanism {
  readonly mechanism: number
  readonly parameter?: GcmParameter | EcdhParameter
}

export interface TokenInfo {
  readonly label: string
  readonly manufacturerID: string
  readonly model: string
  readonly serialNumber: string
  readonly flags: number
  readonly minPinLen: number
  readonly maxPinLen: number
}

export interface Cryptoki {
  load(path: string): void
  C_Initialize(options?: { readonly flags: number }): void
  C_Finalize(): void

  C_GetSlotList(withToken: boolean): readonly Handle[]
  C_GetTokenInfo(slot: Handle): TokenInfo
  C_GetMechanismList(slot: Handle): readonly number[]
  C_GetMechanismInfo(slot: Handle, mechanism: number): { readonly flags: number }

  C_OpenSession(slot: Handle, flags: number): Handle
  C_CloseSession(session: Handle): void
  C_Login(session: Handle, user: number, pin: string): void

  C_FindObjectsInit(session: Handle, template: readonly Attribute[]): void
  C_FindObjects(session: Handle, most: number): readonly Handle[]
  C_FindObjectsFinal(session: Handle): void
  C_GetAttributeValue(
    session: Handle,
    object: Handle,
    template: readonly Attribute[],
  ): readonly { readonly value: Buffer }[]
  C_CreateObject(session: Handle, template: readonly Attribute[]): Handle
  C_DestroyObject(session: Handle, object: Handle): void

  C_GenerateKey(session: Handle, mechanism: Mechanism, template: readonly Attribute[]): Handle
  C_GenerateKeyPair(
    session: Handle,
    mechanism: Mechanism,
    publicTemplate: readonly Attribute[],
    privateTemplate: readonly Attribute[],
  ): { readonly publicKey: Handle; readonly privateKey: Handle }
  C_DeriveKey(
    session: Handle,
    mechanism: Mechanism,
    key: Handle,
    template: readonly Attribute[],
  ): Handle
  C_EncryptInit(session: Handle, mechanism: Mechanism, key: Handle): void
  C_Encrypt(session: Handle, input: Buffer, output: Buffer): Buffer
  C_DecryptInit(session: Handle, mechanism: Mechanism, key: Handle): void
  C_Decrypt(session: Handle, input: Buffer, output: Buffer): Buffer
  C_SignInit(session: Handle, mechanism: Mechanism, key: Handle): void
  C_Sign(session: Handle, input: Buffer, output: Buffer): Buffer
  C_GenerateRandom(session: Handle, output: Buffer): Buffer
}
