// Commands of user-data. Lines of one list are one script, as cloud-init has it: what one sets, the next one sees, and one
// that fails does not keep the next from running. A script of its own is a file of its own. What they say is in a log.
import type { UserCommand } from '../../../contract/user-data/machine-config.ts';
import type { Host } from '../../host/host.ts';
import { quote } from '../../host/quote.ts';
import type { Report } from './module.ts';
import { placeFile, putDirectory } from './write.ts';

interface List {
  readonly name: string;
  readonly commands: readonly UserCommand[];
  /** In seconds, for all of them together. */
  readonly limit: number;
}

const directory = '/run/catamaran/commands';
export const logDirectory = '/var/log/provision';

/** LIMIT LOG FAILURES PROGRAM. What a command leaves running in the background does not hold the boot up. */
export const commandScript = `mkdir -p "\${2%/*}"
rm -f "$3"
export catamaran_failures=$3 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin HOME=/root USER=root
cd /
timeout -k 5 "$1" "$4" </dev/null >>"$2" 2>&1`;

export function runCommands(host: Host, { name, commands, limit }: List, report: Report): void {
  if (commands.length === 0) return;
  putDirectory(host, directory, { mode: 0o700 });
  const end = uptime(host) + limit;
  programsOf(commands).forEach((program, index) => {
    const path = `${directory}/${name}-${index + 1}`;
    const failures = `${path}.failed`;
    const log = `${logDirectory}/${name}.log`;
    placeFile(host, path, 'lines' in program ? scriptOf(program.lines) : program.bytes, {
      mode: 0o700,
    });
    const { status, output } = host.run([
      'sh',
      '-c',
      commandScript,
      'sh',
      String(Math.max(1, Math.ceil(end - uptime(host)))),
      log,
      failures,
      path,
    ]);
    const failed = (host.readText(failures) ?? '').split('\n').filter((line) => line !== '');
    const what = 'lines' in program ? `${name}: ${count(program.lines.length)}` : `${name}: a script`;
    for (const line of failed) report.failed(`${name}: ${line}; see ${log}`);
    if (status === 143 || status === 137)
      report.failed(`${what} did not end within ${limit} seconds; see ${log}`);
    else if (status !== 0) {
      const said = output.trim().split('\n').at(-1);
      report.failed(`${what} ended with status ${status}${said ? `: ${said}` : ''}; see ${log}`);
    } else if (failed.length === 0) report.applied(what);
  });
}

const uptime = (host: Host) => Number((host.readText('/proc/uptime') ?? '0').split(' ')[0]);

const count = (commands: number) => (commands === 1 ? 'a command' : `${commands} commands`);

type Program = { lines: string[] } | { bytes: Uint8Array };

/** Lines that follow each other are one program. */
function programsOf(commands: readonly UserCommand[]): Program[] {
  const programs: Program[] = [];
  for (const command of commands) {
    const last = programs.at(-1);
    if (command.kind === 'script') programs.push({ bytes: command.bytes });
    else if (last && 'lines' in last) last.lines.push(shellLineOf(command));
    else programs.push({ lines: [shellLineOf(command)] });
  }
  return programs;
}

/** As a line for the shell. */
export function shellLineOf(command: Exclude<UserCommand, { kind: 'script' }>): string {
  return command.kind === 'shell' ? command.line : command.words.map(quote).join(' ');
}

function scriptOf(lines: readonly string[]): string {
  const told = lines.map((line, index) => {
    const short = line.trim().split('\n')[0]!.slice(0, 80);
    const message = quote(`command ${index + 1} (${short}) ended with status`);
    return `${line}\ncatamaran_status=$?; [ "$catamaran_status" = 0 ] || echo ${message} "$catamaran_status" >>"$catamaran_failures"\n`;
  });
  return `#!/bin/sh\n${told.join('')}exit 0\n`;
}
