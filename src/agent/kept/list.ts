// `catamaran-agent versions`: of each service what runs, and what is kept to take it back to.
import type { Host } from '../host/host.ts';
import { printTable } from '../services/report.ts';
import { readServices } from '../services/settings.ts';
import { runningVersion } from './place.ts';
import { readVersions, type ServiceVersion } from './versions.ts';

export function listVersions(host: Host): void {
  const rows = readServices(host).map(({ name }) => {
    const running = runningVersion(host, name);
    const kept = readVersions(host, name).slice(1);
    return [name, running ? describe(running) : '-', kept.map(describe).join(', ') || '-'];
  });
  printTable(host, [['NAME', 'RUNS', 'KEPT'], ...rows]);
}

const describe = ({ release = 'this release', sha256 }: ServiceVersion) =>
  `${release} (${sha256.slice(0, 8)})`;
