import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { useEffect } from 'preact/hooks'

/** Light modules around the picture (ISO/IEC 18004 asks for four). */
const QUIET = 4

/** `content` as a QR code. Its encoder is loaded when it is first needed. */
export function Qr(props: { readonly content: string; readonly label: string }): VNode {
  const { content, label } = props
  const modules = useSignal<readonly (readonly boolean[])[]>([])
  useEffect(() => {
    let here = true
    const draw = async (): Promise<void> => {
      const { encodeQR } = await import('qr')
      if (here) modules.value = encodeQR(content, 'raw', { ecc: 'medium', border: QUIET })
    }
    draw().catch(() => undefined) // the link can be copied without
    return () => (here = false)
  }, [content])
  const size = Math.max(1, modules.value.length)
  return (
    <svg class="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label}>
      <path d={pathOf(modules.value)} />
    </svg>
  )
}

/** All dark modules as one path: each run in a row is a bar. */
function pathOf(rows: readonly (readonly boolean[])[]): string {
  return rows
    .flatMap((row, y) =>
      row.map((dark, x) => {
        if (!dark || row[x - 1] === true) return ''
        const end = row.indexOf(false, x)
        return `M${x} ${y}h${(end < 0 ? row.length : end) - x}v1H${x}z`
      }),
    )
    .join('')
}
