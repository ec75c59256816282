import {
  createCommit,
  createGroup,
  defaultCapabilities,
  defaultLifetime,
  encodeMlsMessage,
  generateKeyPackage,
  getCiphersuiteFromName,
  getCiphersuiteImpl,
  type Proposal,
} from 'ts-mls'

const SUITE = 'MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519'

/** A commit by ts-mls in a group of whom `count` were added at once: what replaces the secret as a call begins. Gives its octets. */
export async function mlsCommit(count: number): Promise<() => Promise<number>> {
  const cipherSuite = await getCiphersuiteImpl(getCiphersuiteFromName(SUITE))
  const keyPackage = (name: string) =>
    generateKeyPackage(
      { credentialType: 'basic', identity: new TextEncoder().encode(name) },
      defaultCapabilities(),
      defaultLifetime,
      [],
      cipherSuite,
    )
  const { publicPackage, privatePackage } = await keyPackage('host')
  const id = new TextEncoder().encode('a call')
  const alone = await createGroup(id, publicPackage, privatePackage, [], cipherSuite)
  const extraProposals: Proposal[] = []
  for (let i = 0; i < count; i += 1) {
    const { publicPackage: added } = await keyPackage(`member ${i}`)
    extraProposals.push({ proposalType: 'add', add: { keyPackage: added } })
  }
  const { newState: state } = await createCommit({ state: alone, cipherSuite }, { extraProposals })
  return async () => {
    const { commit } = await createCommit({ state, cipherSuite })
    return encodeMlsMessage(commit).length
  }
}
