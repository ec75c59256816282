import type { VNode } from 'preact'
import { withCode } from '../../../components/with-code.tsx'
import { sizeText } from '../../../state/sizes.ts'
import { Table, type Column } from '../../parts/table.tsx'
import type { Status } from '../../state/api.ts'
import { count, duration } from '../../state/format.ts'
import { words } from '../../state/words.ts'

type Limit = Status['limits'][number]

/** The limits in force: those of which something is in use, or that were set; and the others where they are asked for. */
export function Limits({ limits }: { readonly limits: readonly Limit[] }): VNode {
  const t = words.value.limits
  const isNews = ({ used, isDefault }: Limit): boolean => used !== null || !isDefault
  const others = limits.filter((limit) => !isNews(limit))
  return (
    <section class="limits" aria-labelledby="limits">
      <h2 id="limits">{t.heading}</h2>
      <p>{withCode(t.body)}</p>
      <List limits={limits.filter(isNews)} />
      <details class="figures">
        <summary>{t.others(count(others.length))}</summary>
        <List limits={others} />
      </details>
    </section>
  )
}

function List({ limits }: { readonly limits: readonly Limit[] }): VNode {
  const t = words.value.limits
  const hasUse = limits.some(({ used }) => used !== null)
  const use: Column<Limit> = {
    title: t.used,
    kind: 'number',
    cell: (limit) => limit.used !== null && <Used limit={limit} used={limit.used} />,
  }
  return (
    <Table<Limit>
      caption={t.heading}
      rows={limits}
      keyOf={({ name }) => name}
      columns={[
        {
          title: t.name,
          kind: 'heading',
          cell: ({ name }) => <code translate={false}>{settingName(name)}</code>,
        },
        {
          title: t.value,
          kind: 'number',
          cell: (limit) => (
            <>
              {valueText(limit)}
              {!limit.isDefault && <span class="badge">{t.changed}</span>}
            </>
          ),
        },
        ...(hasUse ? [use] : []),
        { title: t.about, cell: ({ name, about }) => t.settings[name] ?? about },
      ]}
    />
  )
}

function Used(props: { readonly limit: Limit; readonly used: number }): VNode {
  const { limit, used } = props
  const label = words.value.limits.usedOf(count(used), count(limit.value))
  return (
    <span class="used">
      {count(used)}
      <meter
        min={0}
        max={limit.value}
        high={limit.value * 0.8}
        optimum={0}
        value={used}
        aria-label={label}
      />
    </span>
  )
}

/** As the command line and the file of settings have it: `slots-per-source`. */
function settingName(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

function valueText({ name, value }: Limit): string {
  if (name.endsWith('Ms')) return duration(value)
  if (name.endsWith('OctetsPerSecond')) return words.value.charts.perSecond(sizeText(value))
  return name.endsWith('Octets') ? sizeText(value) : count(value)
}
