// A service that answers on the machine's own link. All documents in one process of curl over one connection, behind a
// session where the platform wants one. Bounded in size and time; nobody is redirected.

import { decodeUtf8 } from '../../../base/utf8.ts';
import { readMetadata } from '../../../contract/metadata/read.ts';
import { isIpv6 } from '../../../contract/network/addresses.ts';
import type { DocumentRole, HttpPlace } from '../../../platform/user-data.ts';
import { describeAnswer, fetchAll, isOver } from '../network/fetch.ts';
import { listInterfaces } from '../network/interfaces.ts';
import type { Kind, Look, Seeker } from '../source.ts';

export const http: Kind<HttpPlace> = {
  when: 'network',
  look(place, seeker) {
    let failed: Look;
    for (const base of place.bases.flatMap((each) => scoped(each, seeker))) {
      const look = ask(base, place, seeker);
      if (look && 'given' in look) return look;
      // Of several addresses the first one's problem counts, unless another one has at least answered.
      failed = failed === undefined || (look && !look.again) ? look : failed;
    }
    return failed;
  },
};

function ask(base: string, place: HttpPlace, seeker: Seeker): Look {
  const { host, deadline, findings } = seeker;
  const session = openSession(base, place, seeker);
  if ('problem' in session) return session;
  const roles = Object.keys(place.documents) as DocumentRole[];
  const asked = roles.map((role) => ({
    url: `${base}/${place.documents[role]!}`,
    headers: { ...place.headers, ...session.headers },
  }));
  const answers = fetchAll(host, asked, { deadline, ...(place.lowPort && { lowPort: true }) });
  const documents = new Map<DocumentRole, Uint8Array>();
  for (const [index, role] of roles.entries()) {
    const answer = answers[index]!;
    if (answer.body) documents.set(role, answer.body);
    else if (answer.tooLong)
      findings.error(
        { part: role, line: 1, pointer: '' },
        `is longer than anything that is read from ${base}`,
      );
    else if (!isOver(answer.status) || role === place.required)
      return { problem: `${asked[index]!.url}: ${describeAnswer(answer)}`, again: !isOver(answer.status) };
  }
  if (!documents.has(place.required)) return { problem: `${base} has no ${place.required}`, again: false };
  return { where: base, given: readMetadata(place.form, documents, findings) };
}

type Session = { readonly headers: Readonly<Record<string, string>> } | { problem: string; again: boolean };

/** A service that does not know of sessions is asked without one. */
function openSession(base: string, { session }: HttpPlace, { host, deadline }: Seeker): Session {
  if (session === undefined) return { headers: {} };
  const url = `${base}/${session.path}`;
  const [answer] = fetchAll(host, [{ url, method: 'PUT', headers: session.headers }], { deadline });
  const token = answer!.body && decodeUtf8(answer!.body)?.trim();
  if (token !== undefined && /^[!-~]{1,1000}$/.test(token)) return { headers: { [session.header]: token } };
  if (answer!.body) return { problem: `${url}: what it answers is no token`, again: true };
  if (answer!.status === 404 || answer!.status === 405) return { headers: {} };
  return { problem: `${url}: ${describeAnswer(answer!)}`, again: answer!.status !== 403 };
}

/** A link-local address is one of each interface. */
function scoped(base: string, { host }: Seeker): string[] {
  const address = /^http:\/\/\[(fe80:[^\]]*)\]/.exec(base)?.[1];
  if (address === undefined || !isIpv6(address)) return [base];
  return listInterfaces(host).map((name) => base.replace(`[${address}]`, `[${address}%25${name}]`));
}
