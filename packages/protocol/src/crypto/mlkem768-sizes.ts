/** Octets in the encodings of ML-KEM-768 (FIPS 203 §8, table 3); the seed is d ‖ z (§7.1). */
export const MLKEM768_OCTETS = {
  publicOctets: 1184,
  ciphertextOctets: 1088,
  sharedOctets: 32,
  seedOctets: 64,
} as const
