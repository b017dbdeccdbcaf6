// The updater as a process of its own on a machine in a directory, for tests with more than one at once. SANDBOX: the
// directory, its programs' commands and the clock, as JSON.
import { runUpdateCommand } from '../../run-command.ts';
import { sandboxHost } from './sandbox-host.ts';

const { root, programs, now } = JSON.parse(process.env.SANDBOX!);
const host = sandboxHost(root, programs);
host.intercept = ([name]) => (name === 'date' ? { status: 0, output: `${now}\n` } : undefined);
const status = runUpdateCommand(process.argv.slice(2), host);
for (const line of host.printed) console.info(line);
process.exitCode = status;
