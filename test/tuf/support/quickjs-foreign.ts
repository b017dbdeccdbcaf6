// The client in QuickJS on a repository that another program has written: the targets that it finds, as text, and what it
// asked for at its second check. Arguments: the directory, the machine's time, and the targets' names.
import { fetchTarget, findTarget, refresh } from '../../../src/tuf/client.ts';
import { openQuickJsRepository, print, scriptArgs } from './quickjs-files.ts';

const [, directory, now, ...names] = scriptArgs;
const { options, fetched } = openQuickJsRepository(directory!, Number(now));

function check(): (string | undefined)[] {
  const client = refresh(options);
  return names.map((name) => {
    const found = findTarget(client, name);
    return found && `${found.role}: ${String.fromCharCode(...fetchTarget(client, found))}`;
  });
}

const found = check();
fetched.length = 0;
for (const name of names) findTarget(refresh(options), name);
print(JSON.stringify({ found, again: fetched }));
