// What has become of each service.
import { reportServices } from '../services/report.ts';
import type { Command } from './command.ts';

export const services: Command = {
  words: 'services',
  usage: '[--json]',
  summary: 'each service, whether it runs and is healthy, and how often it was started again',
  parse([format, ...rest]) {
    if (rest.length > 0 || (format !== undefined && format !== '--json')) return undefined;
    return (host) => reportServices(host, format === undefined ? 'text' : 'json');
  },
};
