// Parameters and modules of the kernel.
import { list, record } from '../../document/shape/collections.ts';
import { moduleName, sysctlName } from '../../document/shape/forms.ts';
import { text } from '../../document/shape/scalars.ts';
import { about } from '../../document/shape/shape.ts';
import { section } from './section.ts';

export const sysctl = about(
  'Kernel parameters, as in sysctl.conf.',
  record(text({ pattern: /^[^\n]{0,1000}$/, rule: 'a text on one line' }), sysctlName),
);
export const modules = about('Kernel modules to load.', list(text(moduleName)));

export const kernel = section({
  fields: { sysctl, modules },
  apply({ sysctl, modules = [] }, draft) {
    for (const [name, value] of sysctl ?? []) draft.sysctl.set(name, value);
    for (const name of modules) draft.modules.add(name);
  },
});
