// pax extended headers (POSIX.1-2001): records `LENGTH KEY=VALUE\n` that say what ustar's fields cannot hold.
import { byName } from '../base/order.ts';
import { bytesOfName, nameOfBytes } from '../tree/byte-name.ts';
import { tarError } from '../tree/refused.ts';

/** Values are bytes: an extended attribute's may be any. */
export type PaxRecords = ReadonlyMap<string, Uint8Array>;

const sparseKeys = ['GNU.sparse.offset', 'GNU.sparse.numbytes'];

export function parsePax(bytes: Uint8Array): PaxRecords {
  const records = new Map<string, Uint8Array>();
  /** Sparse format 0.0 says one key for each part: as a list, as 0.1 has it. */
  const sparse: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at);
    const digits = Buffer.from(bytes.subarray(at, space === -1 ? at : Math.min(space, at + 9))).toString(
      'latin1',
    );
    const end = at + Number(digits);
    const equals = bytes.indexOf(0x3d, space);
    const wellFormed =
      /^[1-9]\d*$/.test(digits) &&
      end <= bytes.length &&
      bytes[end - 1] === 0x0a &&
      equals > space + 1 &&
      equals < end;
    if (!wellFormed) throw tarError('pax', `a pax header has a malformed record at byte ${at}`);
    const key = nameOfBytes(bytes.subarray(space + 1, equals));
    const value = bytes.subarray(equals + 1, end - 1);
    const place = sparseKeys.indexOf(key);
    if (place === -1) records.set(key, value);
    else if (place === sparse.length % 2) sparse.push(Buffer.from(value).toString('latin1'));
    else throw tarError('pax', `a pax header has ${key} out of turn`);
    at = end;
  }
  if (sparse.length > 0) records.set('GNU.sparse.map', Buffer.from(sparse.join(',')));
  return records;
}

/** Sorted by key, so that equal records have equal bytes. */
export function renderPax(records: PaxRecords): Buffer {
  const sorted = [...records].sort(([a], [b]) => byName(a, b));
  return Buffer.concat(sorted.map(([key, value]) => renderRecord(key, value)));
}

function renderRecord(key: string, value: Uint8Array): Buffer {
  const rest = Buffer.concat([bytesOfName(` ${key}=`), value, Buffer.from('\n')]);
  // The length counts its own digits.
  let length = rest.length;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}
