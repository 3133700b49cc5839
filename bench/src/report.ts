export interface Row {
  readonly name: string;
  readonly [figure: string]: string | number;
}

/** Prints rows as a Markdown table, as they stand in RESULTS.md. */
export function report(rows: readonly Row[]): void {
  const columns = Object.keys(rows[0] ?? {});
  process.stdout.write(line(columns) + line(columns.map(() => '---')));
  for (const row of rows) process.stdout.write(line(columns.map((column) => shown(row[column]))));
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |\n`;
}

function shown(value: string | number | undefined): string {
  if (typeof value !== 'number') return value ?? '';
  if (value >= 100) return Math.round(value).toLocaleString('en');
  return value.toFixed(value >= 10 ? 1 : 2);
}
