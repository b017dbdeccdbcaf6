// The name of a container, or of a volume, as a directory of the machine. LinuxKit takes any text; what is no safe name of
// a directory, a process and a log is replaced here, and a digest keeps two such names apart.
import { createHash } from 'node:crypto';

const safe = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,126}$/;

/** `a b` → `a_b-c8687a08`; a safe name stays as it is. */
export function directoryName(name: string): string {
  if (safe.test(name)) return name;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 8);
  const readable = name.replace(/[^A-Za-z0-9_.-]/g, '_').replace(/^[.-]+/, '');
  return `${readable.slice(0, 100) || 'unnamed'}-${digest}`;
}
