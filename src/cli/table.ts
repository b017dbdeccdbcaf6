// Text tables: columns as wide as their widest cell, two spaces apart, no lines, no trailing spaces.

export type Align = 'left' | 'right';

/** `aligns` is by column; left where it says nothing. Ends with a line break, unless there are no rows. */
export function renderTable(rows: readonly (readonly string[])[], aligns: readonly Align[] = []): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  }
  const lines = rows.map((row) =>
    row
      .map((cell, column) =>
        aligns[column] === 'right' ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
      )
      .join('  ')
      .trimEnd(),
  );
  return lines.map((line) => `${line}\n`).join('');
}
