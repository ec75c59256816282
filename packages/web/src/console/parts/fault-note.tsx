import type { VNode } from 'preact'
import { Told } from '../../components/told.tsx'
import type { Fault } from '../state/client.ts'
import { words } from '../state/words.ts'

/** What went wrong, what to do next, and the permission that is missing, if one is. It is read out when it comes. */
export function FaultNote({ fault }: { readonly fault: Fault }): VNode {
  const { code, permission } = fault
  return (
    <div class="card trouble fault" role="alert">
      <Told code={code} />
      {permission !== undefined && (
        <p class="missing">
          {words.value.missing} <Permission name={permission} />
        </p>
      )}
    </div>
  )
}

/** A permission, by its name and what it opens. */
export function Permission({ name }: { readonly name: string }): VNode {
  const about = words.value.permissions[name]
  return (
    <>
      <code translate={false}>{name}</code>
      {about !== undefined && <span class="small"> {about}</span>}
    </>
  )
}
