// The words after `catamaran-agent update`.

export interface UpdateOptions {
  /** check: say what would be done. download: fill the other slot. apply: and try it at the next boot. follow: and reboot
   *  as the settings say. now: and reboot at once, without waiting for the rollout. */
  readonly goal: 'check' | 'download' | 'apply' | 'follow' | 'now';
  readonly force: boolean;
  readonly media: string | undefined;
  readonly waiveExpiry: boolean;
  /** By the service: what failed is tried again, and when comes next is written down for it. */
  readonly poll: boolean;
}

const goals = { '--check': 'check', '--download': 'download', '--apply': 'apply', '--now': 'now' } as const;

/** Undefined where they make no sense. */
export function parseOptions(words: readonly string[]): UpdateOptions | undefined {
  const found = new Map<string, string>();
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    const value = word === '--offline-media' ? words[++at] : '';
    if (value === undefined || found.has(word)) return undefined;
    found.set(word, value);
  }
  const media = found.get('--offline-media');
  found.delete('--offline-media');
  const chosen = Object.entries(goals).filter(([word]) => found.delete(word));
  const options: UpdateOptions = {
    goal: chosen[0]?.[1] ?? 'follow',
    force: found.delete('--force'),
    media,
    waiveExpiry: found.delete('--waive-expiry'),
    poll: found.delete('--poll'),
  };
  const sound = chosen.length <= 1 && (media?.startsWith('/') ?? !options.waiveExpiry);
  return found.size === 0 && sound ? options : undefined;
}
