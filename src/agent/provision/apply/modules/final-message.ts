// final_message: what the console says when all is done; the variables of cloud-init that there is an answer to.
import type { Module } from '../module.ts';

export const finalMessage: Module = {
  name: 'final message',
  summary: '`final_message`: on the console, at each boot',
  pass: 'final',
  when: 'boot',
  apply({ host, config: { finalMessage: message }, report }) {
    if (message === undefined) return;
    const uptime = (host.readText('/proc/uptime') ?? '').split(' ')[0]!;
    const date = host.run(['date', '-u', '+%a, %d %b %Y %H:%M:%S +0000']).output.trim();
    const known: Readonly<Record<string, string>> = {
      uptime,
      timestamp: date,
      datasource: 'catamaran',
      version: '',
    };
    const text = message.replace(/\$\{?(\w+)\}?/g, (all, name: string) => known[name.toLowerCase()] ?? all);
    for (const line of text.slice(0, 2000).trimEnd().split('\n')) host.print(line);
    report.applied('the final message');
  },
};
