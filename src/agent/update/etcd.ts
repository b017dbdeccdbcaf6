// A semaphore in etcd, so that no more than so many machines of a group reboot at once, as CoreOS's locksmith did it: one
// key with the list of its holders, changed by compare-and-swap over etcd's JSON gateway (v3). A holder that never comes
// back keeps its place until a person takes it away: a fleet that breaks stops here.

import { decodeBase64, encodeBase64 } from '../../base/base64.ts';
import { asciiBytes } from '../../tuf/canonical.ts';
import { AgentError, type Host } from '../host/host.ts';
import type { CurlOptions } from '../net/curl.ts';
import { request } from '../net/request.ts';

export interface Semaphore {
  readonly host: Host;
  readonly curl: CurlOptions;
  readonly endpoints: readonly string[];
  readonly group: string;
  readonly places: number;
  readonly machineId: string;
}

const answerLimit = 1 << 20;
const tries = 8;

/** True: this machine is among the holders, by etcd's word just now. Throws where no member answers. */
export function acquire(semaphore: Semaphore): boolean {
  return change(semaphore, (holders) => {
    if (holders.includes(semaphore.machineId)) return 'held';
    return holders.length < semaphore.places ? [...holders, semaphore.machineId] : 'busy';
  });
}

export function releaseSemaphore(semaphore: Semaphore): void {
  change(semaphore, (holders) =>
    holders.includes(semaphore.machineId) ? holders.filter((each) => each !== semaphore.machineId) : 'held',
  );
}

function change(
  semaphore: Semaphore,
  next: (holders: readonly string[]) => readonly string[] | 'held' | 'busy',
): boolean {
  const key = encodeBase64(asciiBytes(`catamaran/reboot/${semaphore.group}`));
  for (let attempt = 0; attempt < tries; attempt++) {
    const { kvs = [] } = ask(semaphore, 'range', { key }) as {
      kvs?: { value: string; mod_revision: string }[];
    };
    const revision = kvs[0]?.mod_revision ?? '0';
    const wanted = next(readHolders(kvs[0]?.value));
    if (wanted === 'held') return true;
    if (wanted === 'busy') return false;
    const value = encodeBase64(asciiBytes(JSON.stringify({ holders: wanted })));
    const answer = ask(semaphore, 'txn', {
      compare: [{ key, target: 'MOD', result: 'EQUAL', mod_revision: revision }],
      success: [{ request_put: { key, value } }],
    }) as { succeeded?: boolean };
    if (answer.succeeded === true) return true;
  }
  return false;
}

function readHolders(value: string | undefined): readonly string[] {
  if (value === undefined) return [];
  const holders = holdersIn(latin1(decodeBase64(value) ?? new Uint8Array()));
  if (Array.isArray(holders) && holders.every((each) => typeof each === 'string')) return holders;
  throw new AgentError('the reboot lock in etcd is not what this program writes', {
    code: 'etcd-malformed',
    fault: 'integrity',
    hint: 'Look at the key catamaran/reboot/GROUP.',
  });
}

function holdersIn(text: string): unknown {
  try {
    return (JSON.parse(text) as { holders?: unknown }).holders;
  } catch {
    return undefined;
  }
}

/** The first member that answers. */
function ask({ host, curl, endpoints }: Semaphore, call: 'range' | 'txn', question: object): unknown {
  const body = { type: 'application/json', text: JSON.stringify(question) };
  let reason = '';
  for (const endpoint of endpoints) {
    const url = `${endpoint.replace(/\/+$/, '')}/v3/kv/${call}`;
    const answer = request(host, { url, maxSize: answerLimit, body }, { ...curl, proxy: undefined });
    if (answer.body?.length) return JSON.parse(latin1(answer.body));
    reason = `${url}: ${answer.message}`;
  }
  throw new AgentError(`etcd does not answer: ${reason}`, {
    code: 'etcd-silent',
    fault: 'network',
    hint: "Look at etcd's members, and at the network.",
  });
}

/** All that counts in an answer is ASCII. */
function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
