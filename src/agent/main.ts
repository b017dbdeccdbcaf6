// The agent's entry: the command line in, an exit status out. Bundled by esbuild for `qjs --std`.
import { runCommand } from './commands/main.ts';
import { commandLine, exit, quickJsHost } from './host/host-quickjs.ts';

exit(runCommand(commandLine, quickJsHost));
