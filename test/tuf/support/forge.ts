// A forger's bench: repositories in memory, each file of which can be made to say and to be signed by anything. What it
// makes without being told otherwise is a sound repository with the roles that we publish.
import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { canonicalJson, type Json } from '../../../src/base/json.ts';
import { encodeUtf8 } from '../../../src/base/utf8.ts';
import { encodeSigned } from '../../../src/tuf/canonical.ts';
import { formatTime } from '../../../src/tuf/fields.ts';
import { sha256Hex } from '../../../src/tuf/hex.ts';
import { keyIdOf, keyJson } from '../../../src/tuf/keys.ts';

export const start = 1_800_000_000;
export const day = 86_400;

export interface TestKey {
  readonly id: string;
  readonly public: string;
  readonly private: KeyObject;
}

/** Always the same key for a name. */
export function testKey(name: string): TestKey {
  const seed = Buffer.from(sha256Hex(Buffer.from(name)), 'hex');
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const { x = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
  const publicKey = Buffer.from(x, 'base64url').toString('hex');
  return { id: keyIdOf(publicKey), public: publicKey, private: privateKey };
}

export const keyTable = (names: readonly string[]): Record<string, Json> =>
  Object.fromEntries(names.map((name) => [testKey(name).id, keyJson(testKey(name).public)]));

export function signedBy(signed: Json, names: readonly string[]): { signatures: Json[]; signed: Json } {
  const message = encodeSigned(signed, 'what is signed');
  const signatures = names.map((name) => ({
    keyid: testKey(name).id,
    sig: sign(null, message, testKey(name).private).toString('hex'),
  }));
  return { signatures, signed };
}

export const envelope = (signed: Json, names: readonly string[]): Uint8Array =>
  encodeUtf8(canonicalJson(signedBy(signed, names)));

export interface RolePlan {
  readonly keys: readonly string[];
  readonly threshold: number;
}

/** One state of a repository, of which a test changes what it likes. */
export interface Plan {
  rootVersion: number;
  version: Record<string, number>;
  /** Seconds since the epoch, by role. */
  expires: Record<string, number>;
  roles: Record<string, RolePlan>;
  /** Who really signs; by default the keys of the role. */
  signers: Record<string, readonly string[]>;
  channels: string[];
  /** By role: name and content. */
  targets: Record<string, Record<string, string | Uint8Array>>;
  /** The names that `releases` may sign. */
  releasesPattern: string;
  /** Last changes to what a role says. */
  twist: Record<string, (signed: Record<string, Json>) => Record<string, Json>>;
}

export function soundPlan(): Plan {
  return {
    rootVersion: 1,
    version: { targets: 1, releases: 1, alpha: 1, stable: 1, snapshot: 1, timestamp: 1 },
    expires: {},
    roles: {
      root: { keys: ['root-1', 'root-2', 'root-3'], threshold: 2 },
      targets: { keys: ['targets'], threshold: 1 },
      snapshot: { keys: ['online'], threshold: 1 },
      timestamp: { keys: ['online'], threshold: 1 },
      releases: { keys: ['releases'], threshold: 1 },
      alpha: { keys: ['alpha'], threshold: 1 },
      stable: { keys: ['stable-1', 'stable-2', 'stable-3'], threshold: 2 },
    },
    signers: {},
    channels: ['alpha', 'stable'],
    releasesPattern: 'os-*',
    targets: {
      releases: { 'os-1.0-amd64.manifest.json': 'a manifest' },
      alpha: { 'channel-alpha-amd64.json': 'alpha points' },
      stable: { 'channel-stable-amd64.json': 'stable points' },
    },
    twist: {},
  };
}

export type Files = Map<string, Uint8Array>;

const roleJson = ({ keys, threshold }: RolePlan) => ({
  keyids: keys.map((name) => testKey(name).id),
  threshold,
});
export const fileJson = (bytes: Uint8Array, version: number): Json => ({
  version,
  length: bytes.length,
  hashes: { sha256: sha256Hex(bytes) },
});

/** Adds what a plan publishes to `files`, beside what is there. */
export function publishPlan(plan: Plan, files: Files = new Map()): Files {
  const make = (role: string, type: string, version: number, content: Record<string, Json>) => {
    const signed = {
      _type: type,
      spec_version: '1.0.31',
      version,
      expires: formatTime(plan.expires[role] ?? start + 30 * day),
      ...content,
    };
    const twisted = plan.twist[role]?.(signed) ?? signed;
    return envelope(twisted, plan.signers[role] ?? plan.roles[role]!.keys);
  };
  const top = ['root', 'targets', 'snapshot', 'timestamp'];
  const root = make('root', 'root', plan.rootVersion, {
    consistent_snapshot: true,
    keys: keyTable(top.flatMap((role) => plan.roles[role]!.keys)),
    roles: Object.fromEntries(top.map((role) => [role, roleJson(plan.roles[role]!)])),
  });
  files.set(`metadata/${plan.rootVersion}.root.json`, root);

  const delegated = ['releases', ...plan.channels];
  const meta: Record<string, Json> = {};
  const targetsOf = (role: string) =>
    Object.fromEntries(
      Object.entries(plan.targets[role] ?? {}).map(([name, content]) => {
        const bytes = Buffer.from(content);
        files.set(`targets/${sha256Hex(bytes)}.${name}`, bytes);
        return [name, { length: bytes.length, hashes: { sha256: sha256Hex(bytes) } }];
      }),
    );
  const publishRole = (role: string, content: Record<string, Json>) => {
    const version = plan.version[role]!;
    const bytes = make(role, 'targets', version, { targets: targetsOf(role), ...content });
    files.set(`metadata/${version}.${role}.json`, bytes);
    meta[`${role}.json`] = fileJson(bytes, version);
  };
  for (const role of delegated) publishRole(role, {});
  publishRole('targets', {
    delegations: {
      keys: keyTable(delegated.flatMap((role) => plan.roles[role]!.keys)),
      roles: delegated.map((name) => ({
        name,
        ...roleJson(plan.roles[name]!),
        paths: [name === 'releases' ? plan.releasesPattern : `channel-${name}-*`],
        terminating: true,
      })),
    },
  });
  const snapshot = make('snapshot', 'snapshot', plan.version.snapshot!, { meta });
  files.set(`metadata/${plan.version.snapshot}.snapshot.json`, snapshot);
  const timestamp = make('timestamp', 'timestamp', plan.version.timestamp!, {
    meta: { 'snapshot.json': fileJson(snapshot, plan.version.snapshot!) },
  });
  files.set('metadata/timestamp.json', timestamp);
  return files;
}

/** The next state: everything online has a higher version. */
export function advance(plan: Plan, change: (plan: Plan) => void = () => {}): Plan {
  const next = structuredClone({ ...plan, twist: {} }) as Plan;
  next.twist = { ...plan.twist };
  for (const role of Object.keys(next.version)) next.version[role]! += 1;
  change(next);
  return next;
}
