// Which init a machine has: one word in a file that the init component brings. The builder reads it to know what this init
// is given, and the agent to know whom to ask about services.

export const initPath = 'usr/lib/catamaran/init';
export const initNames = ['runit', 'docker', 'systemd'] as const;
export type InitName = (typeof initNames)[number];

/** Undefined: a word that is no init of ours. */
export function parseInit(text: string): InitName | undefined {
  return initNames.find((name) => name === text.trim());
}
