// Bytes of user-data to what the machine shall become. Pure: what has to be fetched is asked for, and the caller reads
// again with what it got. Nothing that user-data holds makes it throw.
import { messageOf } from '../../base/errors.ts';
import { decodeUtf8 } from '../../base/utf8.ts';
import { type Finding, Findings, sortFindings } from '../document/finding.ts';
import { gunzip, isGzip } from '../document/gunzip.ts';
import type { Mapping } from '../document/node.ts';
import { mergeCloudConfigs } from './cloud-config/merge.ts';
import { applyCloudConfig } from './cloud-config/table.ts';
import { Draft } from './draft.ts';
import { userDataFormats } from './formats/table.ts';
import type { MachineConfig } from './machine-config.ts';
import { type Fetched, placeOfPart, type Reading, type Request, type UserDataPart } from './reading.ts';

const limits = { bytes: 4 << 20, parts: 100, depth: 6, requests: 32 };

export interface UserData {
  readonly config: MachineConfig;
  readonly findings: readonly Finding[];
  /** What is missing to read it all. */
  readonly requests: readonly Request[];
}

export function readUserData(bytes: Uint8Array, fetched: ReadonlyMap<string, Fetched> = new Map()): UserData {
  const findings = new Findings();
  const draft = new Draft(findings);
  const cloudConfigs: Mapping[] = [];
  const requests = new Map<string, Request>();
  let parts = 0;

  const reading: Reading = {
    findings,
    draft,
    cloudConfigs,
    readPart(part) {
      if (++parts > limits.parts)
        findings.error(
          placeOfPart(part),
          `is one of more than ${limits.parts} parts`,
          'Put several into one.',
        );
      else if (part.depth > limits.depth)
        findings.error(placeOfPart(part), 'lies in too many others', 'Includes and parts may not go round.');
      else readOne(part, reading);
    },
    fetch(request) {
      const body = fetched.get(request.url);
      if (body instanceof Uint8Array) return body;
      if (body)
        findings.error(request, `cannot be fetched from ${request.url.slice(0, 200)}: ${body.problem}`);
      else if (requests.size < limits.requests) requests.set(request.url, request);
      return undefined;
    },
  };

  const whole: UserDataPart = { bytes, name: 'user-data', line: 1, depth: 0 };
  try {
    reading.readPart(whole);
    const merged = mergeCloudConfigs(cloudConfigs, findings);
    if (merged) applyCloudConfig(merged, draft, findings);
  } catch (error) {
    findings.error(
      placeOfPart(whole),
      `cannot be read: ${messageOf(error)}`,
      'Report what this says, and the user-data.',
    );
  }
  return { config: draft.finish(), findings: sortFindings(findings.all), requests: [...requests.values()] };
}

function readOne(part: UserDataPart, reading: Reading): void {
  const { findings } = reading;
  const at = placeOfPart(part);
  if (part.bytes.length > limits.bytes) {
    findings.error(
      at,
      `has ${part.bytes.length} bytes: more than ${limits.bytes}`,
      'Name long contents by a URL.',
    );
    return;
  }
  if (isGzip(part.bytes)) {
    const unpacked = gunzip(part.bytes, limits.bytes);
    if (!(unpacked instanceof Uint8Array)) {
      findings.error(at, unpacked.problem, 'Pack it again.');
      return;
    }
    reading.readPart({ ...part, bytes: unpacked, inner: true, depth: part.depth + 1 });
    return;
  }
  const decoded = decodeUtf8(part.bytes);
  if (decoded === undefined || decoded.includes('\0')) {
    findings.error(at, 'is binary', 'User-data is text of UTF-8, or that in gzip.');
    return;
  }
  const text = decoded.replace(/\r\n?/g, '\n');
  if (text.trim() === '') return;
  const firstLine = text.slice(0, 200).split('\n', 1)[0]!.trimEnd();
  const named =
    part.type === undefined ? undefined : userDataFormats.find(({ types }) => types.includes(part.type!));
  // The first line counts more than what a program said of the type.
  const format = userDataFormats.find((each) => each.detects(firstLine, text)) ?? named;
  if (format) format.read(text, part, reading);
  else refuseUnknown(part, text, firstLine, reading);
}

function refuseUnknown(part: UserDataPart, text: string, firstLine: string, { findings }: Reading): void {
  const at = placeOfPart(part);
  if (part.type !== undefined) {
    findings.ignored(at, `is of the type ${part.type.slice(0, 60)}, which is not known here`);
    return;
  }
  const looksLikeYaml =
    /^(---|#|[A-Za-z_][\w-]*:(\s|$))/.test(firstLine) && /^[A-Za-z_][\w-]*:(\s|$)/m.test(text);
  const hint = looksLikeYaml
    ? 'Begin it with a line "#cloud-config".'
    : 'Begin it with #cloud-config, #! or #include, or write JSON of Ignition.';
  findings.error(
    at,
    `is of no format that is known here: it begins with ${JSON.stringify(firstLine.slice(0, 40))}`,
    hint,
  );
}
