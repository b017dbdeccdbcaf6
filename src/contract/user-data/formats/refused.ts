// Formats that people know from elsewhere and that these machines do not take, each with what to write instead.
import { placeOfPart } from '../reading.ts';
import type { UserDataFormat } from './format.ts';

function refuse(
  name: string,
  types: readonly string[],
  first: RegExp,
  message: string,
  hint: string,
): UserDataFormat {
  return {
    name,
    types,
    detects: (firstLine) => first.test(firstLine),
    read: (_, part, { findings }) => findings.error(placeOfPart(part), message, hint),
  };
}

export const refused: readonly UserDataFormat[] = [
  refuse(
    'jinja',
    ['text/jinja2'],
    /^## ?template: ?jinja/i,
    'is a template of Jinja, which these machines do not fill in',
    'Fill it in before, or write the values themselves.',
  ),
  refuse(
    'part-handler',
    ['text/part-handler'],
    /^#part-handler/,
    'is a program of Python for cloud-init',
    'Write a script that begins with #!.',
  ),
  refuse(
    'upstart-job',
    ['text/upstart-job'],
    /^#upstart-job/,
    'is a job of Upstart',
    'Write a script that begins with #!, or a container under catamaran.services.',
  ),
  refuse(
    'cloud-config-jsonp',
    ['text/cloud-config-jsonp'],
    /^#cloud-config-jsonp/,
    'is a JSON patch',
    'Write a #cloud-config with merge_how.',
  ),
  refuse('talos', [], /^version: v1alpha1$/, 'is a machine configuration of Talos', 'Write a #cloud-config.'),
  refuse(
    'powershell',
    ['text/x-powershell'],
    /^(#ps1|<powershell>|rem cmd)/i,
    'is a script for Windows',
    'Write a script that begins with #!/bin/sh.',
  ),
];
