// CloudFormation's template, held against Amazon's own specification of its resources.
import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';
import type { PropertyType, Resource, SpecDatabase } from '@aws-cdk/service-spec-types';
import { beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { cloudformation } from '../../../src/output/deploy/cloudformation.ts';

let specification: SpecDatabase;
beforeAll(() => {
  specification = loadAwsServiceSpecSync();
});

interface Template {
  readonly Parameters: Readonly<Record<string, { readonly Type: string }>>;
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties: unknown }>>;
}

function template(): Template {
  const output = {
    files: [{ file: 'lighthouse.raw', size: 1000, sha256: '0'.repeat(64) }],
    ...({ imageName: 'lighthouse-1', firmware: 'uefi', disk: 2 ** 31, memory: 2 ** 29 } as const),
  } as const;
  const os = { id: 'lighthouse', name: 'Lighthouse', version: '1' };
  return parse(cloudformation.render({ os, arch: 'amd64', outputs: new Map([['aws', output]]) }));
}

const resourceOf = (type: string): Resource =>
  specification.lookup('resource', 'cloudFormationType', 'equals', type).only();

/** Of the intrinsic functions those that the template uses. */
function typeOfFunction(value: object, { Parameters, Resources }: Template): string | undefined {
  const [name, argument] = Object.entries(value)[0] ?? [];
  if (name === 'Ref')
    return argument in Resources || Parameters[argument]?.Type !== 'Number' ? 'string' : 'integer';
  if (name === 'Fn::Base64') return 'string';
  if (name !== 'Fn::GetAtt') return undefined;
  const [resource, attribute] = argument as [string, string];
  return resourceOf(Resources[resource]!.Type).attributes[attribute]!.type.type;
}

type Properties = Resource['properties'];

function faultsOf(value: unknown, type: PropertyType, path: string, whole: Template): string[] {
  if (type.type === 'array')
    return (value as unknown[]).flatMap((each, at) => faultsOf(each, type.element, `${path}[${at}]`, whole));
  const found = typeof value === 'object' ? typeOfFunction(value!, whole) : typeof value;
  if (type.type === 'ref' && found === undefined) {
    const { properties } = specification.get('typeDefinition', type.reference.$ref);
    return faultsOfAll(value as object, properties, path, whole);
  }
  if (type.type === 'tag') return Object.keys(value as object).join() === 'Key,Value' ? [] : [path];
  const isSame = found === type.type || (found === 'number' && type.type === 'integer');
  return isSame ? [] : [`${path} is ${found}, not ${type.type}`];
}

function faultsOfAll(values: object, properties: Properties, path: string, whole: Template): string[] {
  const missing = Object.keys(properties).filter((name) => properties[name]!.required && !(name in values));
  const faults = Object.entries(values).flatMap(([name, value]) =>
    properties[name]
      ? faultsOf(value, properties[name].type, `${path}.${name}`, whole)
      : [`${path} has no ${name}`],
  );
  return [...missing.map((name) => `${path} needs ${name}`), ...faults];
}

const faultsIn = (whole: Template) =>
  Object.entries(whole.Resources).flatMap(([name, { Type, Properties: values }]) =>
    faultsOfAll(values as object, resourceOf(Type).properties, name, whole),
  );

test('its resources have the properties that there are, of their types, and those that must be', () => {
  expect(faultsIn(template())).toEqual([]);
});

test('a property that there is not, one of another type and one that is missing are found', () => {
  const wrong = template();
  const data = { ImageId: 1, InstanceTipe: { Ref: 'InstanceType' }, UserData: { Ref: 'VolumeSize' } };
  Object.assign(wrong.Resources.Template!, { Properties: { LaunchTemplateData: data } });
  Object.assign(wrong.Resources.Machine!, { Properties: { Tags: [{ Key: 'Name' }] } });
  expect(faultsIn(wrong)).toEqual([
    'Template.LaunchTemplateData.ImageId is number, not string',
    'Template.LaunchTemplateData has no InstanceTipe',
    'Template.LaunchTemplateData.UserData is integer, not string',
    'Machine.Tags[0]',
  ]);
  Object.assign(wrong.Resources.Template!, { Properties: {} });
  expect(faultsIn(wrong)).toContain('Template needs LaunchTemplateData');
});
