// `catamaran-agent services`: each service in the order of starting, by what init says of it.
import type { Host } from '../host/host.ts';
import { managerOf } from './managers.ts';
import { readServices } from './settings.ts';

export function reportServices(host: Host, format: 'text' | 'json'): void {
  const names = readServices(host).map(({ name }) => name);
  const reports = managerOf(host).list(host, names);
  if (format === 'json') {
    host.print(JSON.stringify(reports, undefined, 2));
    return;
  }
  const rows = reports.map(({ name, state, detail = '', pid, restarts, health }) => {
    const known = health ? `${health.state} since ${health.since} s` : '-';
    return [name, `${state} ${detail}`.trim(), String(pid ?? '-'), String(restarts), known];
  });
  printTable(host, [['NAME', 'STATE', 'PID', 'RESTARTS', 'HEALTH'], ...rows]);
}

export function printTable(host: Host, rows: readonly (readonly string[])[]): void {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  for (const row of rows) {
    const cells = row.map((cell, column) => cell.padEnd(widths[column]!));
    host.print(cells.join('  ').trimEnd());
  }
}
