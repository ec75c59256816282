import type { ComponentChildren, VNode } from 'preact'

/** One column of a table. */
export interface Column<T> {
  readonly title: string
  readonly cell: (row: T) => ComponentChildren
  /** `number`: to the right. `time`: in one line. `heading`: the row's own, and a card's on a phone. `acts`: buttons. */
  readonly kind?: 'number' | 'time' | 'heading' | 'acts'
}

/**
 * Rows in columns; on a phone, a card for each row. The roles are said, as a table that is shown as cards is none to a
 * browser any more.
 */
export function Table<T>(props: {
  readonly caption: string
  readonly columns: readonly Column<T>[]
  readonly rows: readonly T[]
  readonly keyOf: (row: T) => string | number
  /** Said where there is no row. */
  readonly none?: string
}): VNode {
  const { caption, columns, rows, keyOf, none } = props
  if (rows.length === 0 && none !== undefined) return <p class="none">{none}</p>
  return (
    <table class="rows" role="table">
      <caption class="unseen">{caption}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map(({ title, kind }) => (
            <th key={title} role="columnheader" scope="col" class={kind}>
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <tr key={keyOf(row)} role="row">
            {columns.map((column) => (
              <Cell key={column.title} column={column} row={row} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Cell<T>(props: { readonly column: Column<T>; readonly row: T }): VNode {
  const { title, kind, cell } = props.column
  const content = cell(props.row)
  if (kind === 'heading')
    return (
      <th role="rowheader" scope="row" class={kind} data-title={title}>
        {content}
      </th>
    )
  return (
    <td role="cell" class={kind} data-title={title}>
      <div>{content}</div>
    </td>
  )
}
