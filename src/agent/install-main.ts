// The installer's entry: the command line in, an exit status out. Bundled by esbuild for `qjs --std`, apart from the agent.
import { dispatch } from './commands/dispatch.ts';
import { installCommands } from './commands/table.ts';
import { commandLine, exit, quickJsHost } from './host/host-quickjs.ts';

exit(dispatch(commandLine, quickJsHost, installCommands));
