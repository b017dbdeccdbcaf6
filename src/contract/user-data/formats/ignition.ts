// Ignition's JSON, versions 3.0 to 3.4 of its specification.

import type { Findings } from '../../document/finding.ts';
import { valueIn } from '../../document/node.ts';
import { list } from '../../document/shape/collections.ts';
import { dropinName, unitName } from '../../document/shape/forms.ts';
import { text, truth, whole } from '../../document/shape/scalars.ts';
import { about } from '../../document/shape/shape.ts';
import { readJson } from '../../document/yaml.ts';
import type { Draft } from '../draft.ts';
import { object } from '../ignition/object.ts';
import { applyPasswd, passwd } from '../ignition/passwd.ts';
import { contentOfResource, type Resource, resource } from '../ignition/resource.ts';
import { applyStorage, storage } from '../ignition/storage.ts';
import { partInside, placeOfPart, type Reading, type UserDataPart } from '../reading.ts';
import type { UserDataFormat } from './format.ts';

const unit = object(
  {
    name: about('Name with its kind.', text(unitName)),
    enabled: about('Whether it is started at every boot.', truth),
    mask: about('Whether it can never be started.', truth),
    contents: about('The unit itself.', text()),
    dropins: about(
      'Additions.',
      list(
        object({ name: about('File name.', text(dropinName)), contents: about('What is in it.', text()) }, [
          'name',
        ]),
      ),
    ),
  },
  ['name'],
);

const root = object(
  {
    ignition: object(
      {
        version: text(),
        config: object({ merge: list(resource), replace: resource }),
        timeouts: object({ httpResponseHeaders: whole(), httpTotal: whole() }),
        security: object({ tls: object({ certificateAuthorities: list(resource) }) }),
        proxy: object({ httpProxy: text(), httpsProxy: text(), noProxy: list(text()) }),
      },
      ['version'],
    ),
    storage,
    passwd,
    systemd: object({ units: list(unit) }),
    kernelArguments: object({ shouldExist: list(text()), shouldNotExist: list(text()) }),
  },
  ['ignition'],
);

type Root = NonNullable<ReturnType<typeof root.read>>;

export const ignition: UserDataFormat = {
  name: 'Ignition',
  types: ['application/vnd.coreos.ignition+json'],
  detects: (_, source) => /^\s*\{/.test(source) && /"ignition"\s*:/.test(source),
  read(source, part, reading) {
    const { findings } = reading;
    const node = readJson(source, placeOfPart(part), findings);
    if (!node) return;
    const section = node.kind === 'mapping' ? valueIn(node, 'ignition') : undefined;
    const version = section?.kind === 'mapping' ? valueIn(section, 'version') : undefined;
    if (version?.kind === 'scalar' && !/^3\.[0-4]\.0$/.test(version.text)) {
      const hint = /^[12]\./.test(version.text)
        ? 'Translate it to version 3, such as by ign-converter.'
        : 'Versions 3.0.0 to 3.4.0 are known.';
      findings.error(
        version.at,
        `is of Ignition’s version ${JSON.stringify(version.text.slice(0, 20))}, which is not known here`,
        hint,
      );
      return;
    }
    const read = root.read(node, findings);
    if (read) apply(read, part, reading);
  },
};

function apply(read: Root, part: UserDataPart, reading: Reading): void {
  const { draft, findings } = reading;
  const { merge = [], replace } = read.ignition?.config ?? {};
  if (replace?.source) {
    follow(replace, part, reading);
    return;
  }
  applySelf(read, draft, findings);
  // What is merged counts more than what it is merged into.
  for (const each of merge) follow(each, part, reading);
}

function follow(read: Resource, part: UserDataPart, { findings, fetch, readPart }: Reading): void {
  const content = contentOfResource(read, findings);
  if (content?.kind === 'inline') {
    readPart(partInside(part, `${part.name}, merged`, content.bytes));
    return;
  }
  if (content?.kind !== 'remote') return;
  const { url, headers, digest } = content;
  const body = fetch({ ...read.at, url, headers, ...(digest && { digest }) });
  if (body) readPart(partInside(part, url, body));
}

function applySelf(read: Root, draft: Draft, findings: Findings): void {
  if (read.storage) applyStorage(read.storage, draft, findings);
  if (read.passwd) applyPasswd(read.passwd, draft);
  for (const { name = '', enabled, mask = false, contents, dropins = [], at } of read.systemd?.units ?? []) {
    const additions = dropins.map(({ name: file = '', contents: content = '' }) => ({
      name: file,
      contents: content,
    }));
    draft.addUnit(
      {
        name,
        ...(contents !== undefined && { contents }),
        ...(enabled !== undefined && { enabled }),
        masked: mask,
        start: false,
        dropins: additions,
      },
      at,
    );
  }
  draft.kernelArguments.add.push(...(read.kernelArguments?.shouldExist ?? []));
  draft.kernelArguments.remove.push(...(read.kernelArguments?.shouldNotExist ?? []));
  const { security, proxy } = read.ignition ?? {};
  for (const each of security?.tls?.certificateAuthorities ?? []) {
    const content = contentOfResource(each, findings);
    if (content) draft.certificates.add.push(content);
  }
  if (!proxy) return;
  const { httpProxy: http, httpsProxy: https, noProxy: none } = proxy;
  draft.proxy = {
    ...draft.proxy,
    ...(http !== undefined && { http }),
    ...(https !== undefined && { https }),
    ...(none && { none }),
  };
}
