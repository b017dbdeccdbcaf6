// Certificate authorities and proxies.
import { encodeUtf8 } from '../../../base/utf8.ts';
import { list, mapping, words } from '../../document/shape/collections.ts';
import { webAddress } from '../../document/shape/forms.ts';
import { text, truth } from '../../document/shape/scalars.ts';
import { about } from '../../document/shape/shape.ts';
import { inline } from '../inline.ts';
import { section } from './section.ts';

const certificate = {
  pattern: /^\s*-----BEGIN (TRUSTED )?CERTIFICATE-----[\s\S]*-----END (TRUSTED )?CERTIFICATE-----\s*$/,
  rule: 'a certificate in PEM',
};
const authorities = mapping({
  trusted: about('Certificates to trust, in PEM.', list(pem())),
  remove_defaults: about('Whether those of the image are trusted no more.', truth),
  'remove-defaults': about('Whether those of the image are trusted no more.', truth),
});

/** A chain is longer than other texts. */
function pem() {
  const any = text();
  return {
    schema: { type: 'string', pattern: certificate.pattern.source },
    read(...[node, findings]: Parameters<typeof any.read>) {
      const written = any.read(node, findings);
      if (written === undefined || certificate.pattern.test(written)) return written;
      findings.error(
        node.at,
        `is not ${certificate.rule}`,
        'Write it from -----BEGIN to -----END, below "- |".',
      );
      return undefined;
    },
  };
}

export const trust = section({
  fields: {
    ca_certs: about('Certificate authorities.', authorities),
    'ca-certs': about('Certificate authorities.', authorities),
    proxy: about(
      'Proxies for the machine’s own transfers and its engine.',
      mapping({
        http: about('For http://.', text(webAddress)),
        https: about('For https://.', text(webAddress)),
        no: about('Hosts that are reached directly.', words(text())),
      }),
    ),
  },
  apply(values, draft) {
    for (const given of [values.ca_certs, values['ca-certs']]) {
      for (const each of given?.trusted ?? [])
        draft.certificates.add.push(inline(encodeUtf8(`${each.trim()}\n`)));
      if (given?.remove_defaults ?? given?.['remove-defaults']) draft.certificates.removeDefaults = true;
    }
    if (!values.proxy) return;
    const { http, https, no } = values.proxy;
    draft.proxy = {
      ...draft.proxy,
      ...(http !== undefined && { http }),
      ...(https !== undefined && { https }),
      ...(no && { none: no }),
    };
  },
});
