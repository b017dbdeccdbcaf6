// A suite's InRelease file: verified first, parsed afterwards, and only the text that is signed. It vouches for the
// indexes by their digests, and they vouch for the packages.
import { type Digest, digestFromHex } from '../base/digest.ts';
import { CatamaranError } from '../base/errors.ts';
import { parseClearsigned } from './clearsign.ts';
import { parseDeb822, type Stanza, splitList } from './deb822.ts';
import { verifyOpenPgp } from './signature.ts';
import type { TrustedKey } from './trusted-key.ts';

export interface IndexFile {
  readonly digest: Digest;
  /** In bytes. */
  readonly size: number;
}

export interface SuiteRelease {
  readonly suite: string;
  /** When it was made; seconds since the epoch. */
  readonly date: number;
  readonly architectures: readonly string[];
  /** Whether indexes can be fetched by digest: then one that is replaced meanwhile can still be had. */
  readonly acquireByHash: boolean;
  /** Whether packages of architecture `all` have an index of their own, and are in no other. */
  readonly separateAll: boolean;
  /** By path below `dists/SUITE/`. */
  readonly files: ReadonlyMap<string, IndexFile>;
}

export interface ReleaseChecks {
  /** As asked for: must be the file's Suite or Codename. */
  readonly suite: string;
  readonly keys: readonly TrustedKey[];
  readonly now: Date;
  /** Takes a suite whose Valid-Until has passed: for snapshots of the archive. */
  readonly allowExpired?: boolean;
  /** Names the file in errors. */
  readonly what: string;
}

/** Clocks may differ by this much, in milliseconds. */
const clockTolerance = 24 * 3600 * 1000;

export async function verifySuiteRelease(bytes: Uint8Array, checks: ReleaseChecks): Promise<SuiteRelease> {
  const signed = parseClearsigned(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
  if (typeof signed === 'string') throw refused(checks, `is not a signed text: ${signed}`);
  const latest = new Date(checks.now.getTime() + clockTolerance);
  const verdict = await verifyOpenPgp(signed, checks.keys, latest);
  if (verdict.trusted) return readSigned(signed.text, checks);
  // Good but for its time: where it is from the future by this clock, the error says that.
  if ((await verifyOpenPgp(signed, checks.keys, 'any time')).trusted) readSigned(signed.text, checks);
  throw refused(
    checks,
    `has no valid signature by a trusted key: ${verdict.reasons.join('; ') || 'none at all'}`,
  );
}

function readSigned(text: string, checks: ReleaseChecks): SuiteRelease {
  const stanzas = parseDeb822(text);
  if (stanzas.length !== 1) throw refused(checks, `has ${stanzas.length} stanzas instead of one`);
  return readRelease(stanzas[0]!, checks);
}

function readRelease(fields: Stanza, checks: ReleaseChecks): SuiteRelease {
  const names = [fields.get('suite'), fields.get('codename')];
  if (!names.includes(checks.suite)) {
    throw refused(checks, `is of the suite ${names.join(' or ')}, not of ${checks.suite}`);
  }
  const date = checkDates(fields, checks);
  const architectures = splitList(fields.get('architectures'));
  return {
    suite: checks.suite,
    date: Math.floor(date / 1000),
    architectures,
    acquireByHash: fields.get('acquire-by-hash') === 'yes',
    separateAll:
      architectures.includes('all') &&
      !splitList(fields.get('no-support-for-architecture-all')).includes('Packages'),
    files: readFiles(fields.get('sha256') ?? '', checks),
  };
}

/** The Date, in milliseconds, if the file is neither from the future nor out of date. */
function checkDates(fields: Stanza, checks: ReleaseChecks): number {
  const now = checks.now.getTime();
  const date = Date.parse(fields.get('date') ?? '');
  if (Number.isNaN(date)) throw refused(checks, 'has no Date that can be read');
  if (date > now + clockTolerance) {
    throw new CatamaranError('integrity', {
      code: 'debian-release-future',
      message: `${checks.what} is dated ${isoDate(date)}, and this machine's clock says ${isoDate(now)}`,
      hint: 'Set the clock.',
    });
  }
  const until = fields.get('valid-until');
  if (until === undefined || checks.allowExpired) return date;
  const end = Date.parse(until);
  if (Number.isNaN(end)) throw refused(checks, 'has no Valid-Until that can be read');
  if (end < now) {
    throw new CatamaranError('integrity', {
      code: 'debian-release-expired',
      message: `${checks.what} was valid until ${isoDate(end)}, and this machine's clock says ${isoDate(now)}`,
      hint: 'The mirror is stale, or somebody holds updates back: use another mirror, and check the clock.',
    });
  }
  return date;
}

function readFiles(list: string, checks: ReleaseChecks): Map<string, IndexFile> {
  const files = new Map<string, IndexFile>();
  for (const line of list.split('\n')) {
    if (line === '') continue;
    const match = /^([0-9a-f]{64})\s+(\d{1,15})\s+(\S+)$/.exec(line);
    if (!match)
      throw refused(checks, `lists a file in an unknown form: ${JSON.stringify(line.slice(0, 200))}`);
    files.set(match[3]!, { digest: digestFromHex(match[1]!), size: Number(match[2]) });
  }
  return files;
}

const isoDate = (milliseconds: number) => new Date(milliseconds).toISOString();

function refused({ what }: ReleaseChecks, problem: string): CatamaranError {
  return new CatamaranError('integrity', {
    code: 'debian-release-refused',
    message: `${what} ${problem}`,
    hint: 'Use another mirror. If it stays so, the archive may have new keys that this version does not know.',
  });
}
