// The entry of what a boot begins with: the command line in, an exit status out. Bundled by esbuild for `qjs --std`.
import { dispatch } from './commands/dispatch.ts';
import { startCommands } from './commands/table.ts';
import { commandLine, exit, quickJsHost } from './host/host-quickjs.ts';

exit(dispatch(commandLine, quickJsHost, startCommands));
