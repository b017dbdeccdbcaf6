// /run/catamaran/provision.json: what a machine has learned of itself in this boot, from where, and what came of it. The agent
// writes it after each pass, and so may programs of others read it.
import {
  entriesField,
  fieldsOf,
  hasField,
  type JsonObject,
  listField,
  objectField,
  textField,
} from '../base/fields.ts';
import { malformedDocument, readFormatted, writeDocument } from './document.ts';

export const provisionPath = '/run/catamaran/provision.json';

/** `what`: a module, a source, or the place in user-data. */
export interface ProvisionLine {
  readonly what: string;
  readonly message: string;
  readonly hint?: string;
}

export interface ProvisionReport {
  readonly platform: string;
  /** By what it was told: `argument`, `dmi`, `label`, `nothing`. */
  readonly by: string;
  /** Absent where nothing says who the machine is. */
  readonly instance?: string;
  /** Whether it was another one than at its last boot: `yes` or `no`. */
  readonly newInstance: 'yes' | 'no';
  /** Of the user's data; absent where there are none. `digest`: SHA-256 in hex. */
  readonly userData?: { readonly source: string; readonly where: string; readonly digest: string };
  /** All places where something was found, and where. */
  readonly sources: Readonly<Record<string, string>>;
  /** Passes that are over. */
  readonly passes: readonly string[];
  readonly applied: readonly ProvisionLine[];
  readonly ignored: readonly ProvisionLine[];
  /** Not empty: the machine is degraded. */
  readonly failed: readonly ProvisionLine[];
}

export const writeProvisionReport = (report: ProvisionReport): string => writeDocument(report);

const any = /^[\s\S]*$/;
const most = 2000;

export function readProvisionReport(text: string): ProvisionReport {
  const fields = readFormatted(text, provisionPath);
  const word = (key: string) => textField(fields, key, /^[\w-]{1,40}$/);
  const lines = (key: string): ProvisionLine[] =>
    listField(fields, key, most).map((each, index) => {
      const line = fieldsOf(each, `${provisionPath}: ${key}[${index}]`, malformedDocument);
      return {
        what: textField(line, 'what', any),
        message: textField(line, 'message', any),
        ...(hasField(line, 'hint') && { hint: textField(line, 'hint', any) }),
      };
    });
  const userData = hasField(fields, 'userData') ? objectField(fields, 'userData') : undefined;
  return {
    platform: word('platform'),
    by: word('by'),
    ...(hasField(fields, 'instance') && { instance: textField(fields, 'instance', /^[!-~]{1,200}$/) }),
    newInstance: textField(fields, 'newInstance', /^(yes|no)$/) as 'yes' | 'no',
    ...(userData && {
      userData: {
        source: textField(userData, 'source', /^[\w-]{1,40}$/),
        where: textField(userData, 'where', any),
        digest: textField(userData, 'digest', /^[0-9a-f]{64}$/),
      },
    }),
    sources: Object.fromEntries(
      entriesField(fields, 'sources', 50).map(([key]) => [
        key,
        textField(fieldsOf(fields.values.sources as JsonObject, provisionPath, malformedDocument), key, any),
      ]),
    ),
    passes: listField(fields, 'passes', 3).map(String),
    applied: lines('applied'),
    ignored: lines('ignored'),
    failed: lines('failed'),
  };
}

/** One line, where something went wrong. */
export function describeDegraded({ failed }: ProvisionReport): string | undefined {
  const [first, ...rest] = failed;
  if (first === undefined) return undefined;
  const more = rest.length === 0 ? '' : `, and ${rest.length} more: catamaran-agent provision --show`;
  return `provisioning failed in part: ${first.what}: ${first.message}${more}`;
}
