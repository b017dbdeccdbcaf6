// VMware's guestinfo where there is no VMware: QEMU's firmware has it under the same names, and a script in place of VMware's
// answers from there.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const script = `#!/bin/sh
key=\${1#info-get }
cat "/sys/firmware/qemu_fw_cfg/by_name/opt/test/$key/raw" 2>/dev/null || { echo 'No value found'; exit 1; }
`;

/** Lines of a spec's `files:`. */
export const rpctool = `  - path: usr/bin/vmware-rpctool
    mode: "0755"
    contents: |
${script.replaceAll(/^/gm, '      ').trimEnd()}`;

/** Files of fw_cfg, by key; each text is packed as cloud-init reads it. */
export async function guestinfo(
  directory: string,
  texts: Readonly<Record<string, string | Uint8Array>>,
): Promise<Record<string, string>> {
  const variables = Object.entries(texts).flatMap(([name, text]) => [
    [name, Buffer.from(text).toString('base64')] as const,
    [`${name}.encoding`, 'base64'] as const,
  ]);
  const entries = variables.map(async ([name, text]) => {
    const path = join(directory, `guestinfo.${name}`);
    await writeFile(path, text);
    return [`opt/test/guestinfo.${name}`, path] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
