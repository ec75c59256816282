/** The issuing key of an authority in a token, which it never leaves. All reject with {@link HufuError} `ERR_HSM_…`. */
export interface TokenRoot {
  /** The key, made at its first use. */
  open(): Promise<{
    /** An uncompressed point, 65 octets. */
    readonly publicKey: Uint8Array
    /** ECDSA over the SHA-256 hash of these octets: r ‖ s, 64 octets. */
    sign(octets: Uint8Array): Promise<Uint8Array>
  }>
  close(): Promise<void>
}
