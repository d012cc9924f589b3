import type { ComponentChildren } from 'preact';

/** A column of a table; numbers stand right. */
export interface Column {
  readonly title: string;
  readonly isNumber?: boolean;
}

/** A table whose first column names the row. */
export function Table({
  columns,
  rows,
}: {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly ComponentChildren[])[];
}) {
  return (
    <table>
      <thead>
        <tr>
          {columns.map(({ title, isNumber }) => (
            <th key={title} scope="col" class={isNumber ? 'number' : ''}>
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((cells, row) => (
          <tr key={row}>
            {cells.map((cell, index) =>
              index === 0 ? (
                <th key="name" scope="row">
                  {cell}
                </th>
              ) : (
                <td key={columns[index]?.title} class={columns[index]?.isNumber ? 'number' : ''}>
                  {cell}
                </td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
