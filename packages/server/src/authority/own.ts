import { namespaceOf } from '@hufu/protocol/identity'
import type { Authority } from './authority.ts'
import { openCertifier, type CertifierPorts } from './certifier.ts'
import { chipPlace } from './users.ts'
import { addFurtherKey, enrolKey, useChipInvitation, type EnrolPorts } from './enrolment.ts'
import { renew } from './renewal.ts'
import { putChip } from '../store/chips.ts'

/** What it needs of the house. */
export type OwnAuthorityPorts = CertifierPorts & Omit<EnrolPorts, 'certifier'>

/** An authority of its own process, with all that it needs to be asked from elsewhere too. */
export interface OwnAuthority extends Authority {
  readonly ports: EnrolPorts
}

/** The authority in this process: its tables are the server's own, so that what it grants stands at once. */
export async function openAuthority(given: OwnAuthorityPorts): Promise<OwnAuthority> {
  const certifier = await openCertifier(given)
  const ports = { ...given, certifier }
  const { issuers } = certifier
  return {
    ports,
    apart: undefined,
    namespace: given.config.namespace,
    told: issuers.told,
    trust: issuers.trust,
    faultOf(user) {
      const namespace = namespaceOf(user)
      const known = issuers.certifies(namespace) || certifier.isOurs(namespace)
      return known ? undefined : 'ERR_CERT_NAMESPACE'
    },
    async enrol(place, message) {
      const enrolled = await enrolKey(ports, place, message)
      return enrolled.ok ? { ok: true, value: enrolled.value.issued } : enrolled
    },
    async enrolChip(place, message) {
      const { terminal } = place
      const used = await useChipInvitation(
        ports,
        place,
        message,
        async (db, { user, key, now }) => {
          await putChip(db, terminal, user, now)
          await given.vault.put(db, chipPlace(terminal), key)
        },
      )
      if (!used.ok) return used
      used.value.key.wipe()
      return { ok: true, value: undefined }
    },
    addKey: (place, further) => addFurtherKey(ports, place, further),
    renew: (_place, key) => renew(ports, key),
    reload: issuers.reload,
    ownCertificate: certifier.ownCertificate,
    revocationList: certifier.revocationList,
    revoked: certifier.revoked,
    close: async () => given.token?.close(),
  }
}
