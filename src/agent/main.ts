// The agent's entry: the command line in, an exit status out. Bundled by esbuild for `qjs --std`.
import { runCommand } from './command.ts';
import { commandLine, exit, quickJsHost } from './host-quickjs.ts';

exit(runCommand(commandLine, quickJsHost));
