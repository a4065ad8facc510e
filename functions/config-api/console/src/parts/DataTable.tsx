import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import type { ReactNode } from 'react';

export interface Column<Row> {
  id: string;
  label: string;
  cell: (row: Row) => ReactNode;
  /** Marks the column whose cell names the row. */
  isRowHeader?: boolean;
  isSortable?: boolean;
  align?: 'end';
}

export interface Sorting {
  column: string;
  direction: 'ascending' | 'descending';
}

/**
 * A table that is a list of cards where the page is narrow.
 *
 * A plain table, so that screen readers, the browser's search and copying work as everywhere.
 */
export function DataTable<Row>({
  label,
  columns,
  rows,
  rowKey,
  sorting,
  onSort,
}: {
  label: string;
  columns: Column<Row>[];
  rows: Row[];
  rowKey: (row: Row) => string;
  sorting?: Sorting;
  onSort?: (sorting: Sorting) => void;
}) {
  return (
    <div className={frame}>
      <table
        className={style({
          width: 'full',
          borderCollapse: 'collapse',
          font: 'ui',
          display: { default: 'block', md: '[table]' },
        })}
        aria-label={label}
      >
        <thead className={style({ display: { default: 'none', md: '[table-header-group]' } })}>
          <tr>
            {columns.map((column) => (
              <HeaderCell key={column.id} column={column} sorting={sorting} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody className={style({ display: { default: 'block', md: '[table-row-group]' } })}>
          {rows.map((row) => (
            <tr key={rowKey(row)} className={rowStyle}>
              {columns.map((column) => (
                <BodyCell key={column.id} column={column} row={row} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const frame = style({
  borderWidth: 1,
  borderStyle: 'solid',
  borderColor: 'gray-300',
  borderRadius: 'lg',
  overflow: 'hidden',
  backgroundColor: 'base',
});

const rowStyle = style({
  display: { default: 'block', md: '[table-row]' },
  paddingY: { default: 12, md: 0 },
  borderWidth: 0,
  borderStyle: 'solid',
  borderTopWidth: { default: 1, ':first-child': 0 },
  borderColor: 'gray-200',
  backgroundColor: { default: 'transparent', ':hover': 'gray-75' },
});

const headerCell = style<{ align?: 'end' }>({
  font: 'ui-sm',
  fontWeight: 'bold',
  color: 'neutral-subdued',
  textAlign: { default: 'start', align: { end: 'end' } },
  paddingX: 16,
  paddingY: 8,
  whiteSpace: 'nowrap',
  backgroundColor: 'gray-75',
  borderWidth: 0,
  borderStyle: 'solid',
  borderBottomWidth: 1,
  borderColor: 'gray-300',
});

const bodyCell = style<{ align?: 'end'; isRowHeader?: boolean }>({
  display: { default: 'flex', md: '[table-cell]' },
  justifyContent: 'space-between',
  gap: 16,
  alignItems: 'baseline',
  font: 'ui',
  fontWeight: { default: 'normal', isRowHeader: 'bold' },
  textAlign: { default: 'start', md: { align: { end: 'end' } } },
  paddingX: 16,
  paddingY: { default: 4, md: 12 },
  verticalAlign: 'middle',
  minWidth: 0,
  overflowWrap: 'break-word',
});

function BodyCell<Row>({ column, row }: { column: Column<Row>; row: Row }) {
  const className = bodyCell({ align: column.align, isRowHeader: column.isRowHeader });
  const content = (
    <>
      {!column.isRowHeader && (
        <span
          aria-hidden="true"
          className={style({
            display: { default: 'inline', md: 'none' },
            color: 'neutral-subdued',
            flexShrink: 0,
          })}
        >
          {column.label}
        </span>
      )}
      <span className={style({ minWidth: 0 })}>{column.cell(row)}</span>
    </>
  );
  return column.isRowHeader ? (
    <th scope="row" className={className}>
      {content}
    </th>
  ) : (
    <td className={className}>{content}</td>
  );
}

const sortButton = style({
  font: 'ui-sm',
  fontWeight: 'bold',
  color: { default: 'neutral-subdued', ':hover': 'neutral' },
  backgroundColor: 'transparent',
  borderStyle: 'none',
  padding: 0,
  cursor: 'pointer',
  display: 'inline-flex',
  alignItems: 'center',
  gap: 4,
  borderRadius: 'sm',
  outlineStyle: { default: 'none', ':focus-visible': 'solid' },
  outlineColor: 'focus-ring',
  outlineWidth: 2,
  outlineOffset: 2,
});

function HeaderCell<Row>({
  column,
  sorting,
  onSort,
}: {
  column: Column<Row>;
  sorting?: Sorting;
  onSort?: (sorting: Sorting) => void;
}) {
  const direction = sorting?.column === column.id ? sorting.direction : undefined;
  const className = headerCell({ align: column.align });
  if (!column.isSortable || !onSort) {
    return (
      <th scope="col" className={className}>
        {column.label}
      </th>
    );
  }
  return (
    <th scope="col" className={className} aria-sort={direction ?? 'none'}>
      <button
        type="button"
        className={sortButton}
        onClick={() =>
          onSort({ column: column.id, direction: direction === 'ascending' ? 'descending' : 'ascending' })
        }
      >
        {column.label}
        <span aria-hidden="true" className={style({ width: 8, display: 'inline-block' })}>
          {direction === 'ascending' ? '↑' : direction === 'descending' ? '↓' : ''}
        </span>
      </button>
    </th>
  );
}
