// How `catamaran run` lets a person into the one boot that it starts, whatever the image has: a public key in the firmware's
// configuration, which nobody but the hypervisor's owner can write and no other machine has. What it opens is in memory.

/** A name below `opt/` is the user's own (QEMU, docs/specs/fw_cfg). */
export const loginKeyName = 'opt/org.catamaran/login';
export const loginKeyPath = `/sys/firmware/qemu_fw_cfg/by_name/${loginKeyName}/raw`;

/** Read by component:sshd and component:getty, and by init where neither is there. */
export const loginDirectory = '/run/catamaran/login';
export const loginPath = `${loginDirectory}/root`;

/** One line, as in authorized_keys. */
export const isLoginKey = (line: string): boolean =>
  /^ssh-ed25519 [A-Za-z0-9+/]{68} [\w.@-]{1,64}$/.test(line);
