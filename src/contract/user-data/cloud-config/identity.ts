// hostname, fqdn, timezone.
import { hostname, timezone } from '../../document/shape/forms.ts';
import { text, truth } from '../../document/shape/scalars.ts';
import { about, withPlace } from '../../document/shape/shape.ts';
import { section } from './section.ts';

export const identity = section({
  fields: {
    hostname: about('Name of the machine.', withPlace(text(hostname))),
    fqdn: about('Name of the machine with its domain.', withPlace(text(hostname))),
    prefer_fqdn_over_hostname: about('Whether fqdn becomes the host name.', truth),
    timezone: about('Time zone.', withPlace(text(timezone))),
  },
  apply({ hostname, fqdn, prefer_fqdn_over_hostname, timezone }, draft) {
    if (fqdn) draft.set('fqdn', fqdn.value, fqdn.at);
    const name = prefer_fqdn_over_hostname ? (fqdn ?? hostname) : (hostname ?? fqdn);
    if (name)
      draft.set('hostname', prefer_fqdn_over_hostname ? name.value : name.value.split('.')[0]!, name.at);
    if (hostname?.value.includes('.') && !fqdn) draft.set('fqdn', hostname.value, hostname.at);
    if (timezone) draft.set('timezone', timezone.value, timezone.at);
  },
});
