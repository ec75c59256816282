import type { Identified } from '@hufu/terminal'
import type { VNode } from 'preact'
import { Later } from '../../components/later.tsx'
import { alarm, type Alarm } from '../../state/keys/alarm.ts'

/* What is about users and keys, for screens that are loaded at once: those who pair without need not load it. */

/** Who is signed in, and the user's keys. */
export function KeysLater(): VNode {
  return <Later load={loadKeys} with={{}} firm />
}

/** Making a key. */
export function EnrolLater(props: { readonly code: string }): VNode {
  return <Later load={loadEnrol} with={props} firm />
}

/** Who was met, verified. */
export function MetLater(): VNode {
  return <Later load={loadMet} with={{}} />
}

/** A line that says who the other is. */
export function IdentityLater(props: { readonly who: Identified }): VNode {
  return <Later load={loadIdentity} with={props} />
}

/** Beside the other's name: that it is verified. */
export function BadgeLater(props: { readonly who: Identified }): VNode {
  return <Later load={loadBadge} with={props} />
}

/** When a user is rung: whether the one who rings will see who answers. */
export function RungAsLater(props: { readonly user: string }): VNode {
  return <Later load={loadRungAs} with={props} />
}

/** The alarm that a user's key has changed, while it is raised. */
export function AlarmLater(): VNode | null {
  const { value } = alarm
  return value === undefined ? null : <Later<Alarm> load={loadAlarm} with={value} />
}

const loadKeys = async () => (await import('./keys.tsx')).Keys
const loadEnrol = async () => (await import('./enrol.tsx')).Enrol
const loadMet = async () => (await import('./met.tsx')).Met
const loadIdentity = async () => (await import('./identity.tsx')).Identity
const loadBadge = async () => (await import('./identity.tsx')).Badge
const loadRungAs = async () => (await import('./rung-as.tsx')).RungAs
const loadAlarm = async () => (await import('./alarm.tsx')).AlarmDialog
