// The updater's entry: the command line in, an exit status out. Bundled by esbuild for `qjs --std`, apart from the agent.
import { commandLine, exit } from '../host-quickjs.ts';
import { runUpdateCommand } from './commands.ts';
import { quickJsUpdateHost } from './host-quickjs.ts';

exit(runUpdateCommand(commandLine, quickJsUpdateHost));
