import { useSignal } from '@preact/signals'
import type { ComponentType, VNode } from 'preact'
import { useEffect } from 'preact/hooks'
import { Told } from './told.tsx'

/**
 * A part of the page whose code is loaded when it is first shown. `firm`: says so where it cannot be loaded; otherwise
 * nothing is shown then.
 */
export function Later<P extends object>(props: {
  readonly load: () => Promise<ComponentType<P>>
  readonly with: P
  readonly firm?: boolean
}): VNode | null {
  const { load, firm } = props
  const loaded = useSignal<{ readonly Part: ComponentType<P> } | undefined>(undefined)
  const failed = useSignal(false)
  useEffect(() => {
    let here = true
    const show = async (): Promise<void> => {
      const Part = await load()
      if (here) loaded.value = { Part }
    }
    show().catch(() => (failed.value = true))
    return () => (here = false)
  }, [load])
  if (failed.value && firm === true) return <Told code="ERR_UNREACHABLE" />
  if (loaded.value === undefined) return null
  const { Part } = loaded.value
  return <Part {...props.with} />
}
