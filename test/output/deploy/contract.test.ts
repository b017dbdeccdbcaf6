// One contract for all deployment files, by their table: read by real parsers, true to what was built, the same each time.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse as parseHcl } from '@cdktf/hcl2json';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import type { CatamaranError } from '../../../src/base/errors.ts';
import type { ArtifactsDocument } from '../../../src/output/artifacts.generated.ts';
import type { Deployment, DeploymentFacts } from '../../../src/output/deploy/deployment.ts';
import {
  checkDeployments,
  deploymentNamed,
  deployments,
  parseDeployments,
} from '../../../src/output/deploy/table.ts';
import { deploymentFacts } from '../../../src/output/deploy/write-deployments.ts';
import { formatNames } from '../../../src/output/formats.ts';

const GiB = 2 ** 30;
const MiB = 2 ** 20;
const sumOf = (index: number) => String(index).repeat(64);

/** A name in which every syntax has something special. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: that is the point
const name = 'Lighthouse "Linux" ${a} %{b} <&> {{ c }} -- |';
const output = (format: string, platform: string | undefined, index: number, ...names: string[]) => ({
  format,
  ...(platform && { platform }),
  firmware: ['bios', 'uefi'] as ('bios' | 'uefi')[],
  disk: 3 * GiB,
  memory: 512 * MiB,
  files: names.map((file) => ({ file, size: 1000 + index, sha256: sumOf(index) })),
});
const document: ArtifactsDocument = {
  'catamaran-artifacts': 1,
  os: { id: 'light-house', name, version: '1.4.0+x' },
  arch: 'amd64',
  outputs: [
    output('openstack', 'openstack', 1, 'l.qcow2', 'l.json'),
    output('vsphere', 'vsphere', 2, 'l.ova'),
    output('aws', 'aws', 3, 'l.raw', 'a.json'),
    output('qcow2', 'qemu', 4, 'q.qcow2'),
    output('pxe', 'metal', 5, 'p-pxe/kernel', 'p-pxe/boot.ipxe'),
    output('vmdk', 'vsphere', 6, 'v.vmdk'),
  ],
};
const facts = (settings = new Map()) => deploymentFacts(document, 'amd64', settings);
const render = (which: Parameters<typeof deploymentNamed>[0], of: DeploymentFacts = facts()) =>
  deploymentNamed(which).render(of);

describe.each(deployments.map((each: Deployment) => [each.name, each] as const))('%s', (_, each) => {
  test('says what it is, and deploys formats that there are', () => {
    expect(each.summary).toMatch(/^[^.|\n]{10,120}$/);
    expect(formatNames).toEqual(expect.arrayContaining([...each.formats]));
  });

  test('names the files that were built by their digests, and nothing of when or where', () => {
    const text = each.render(facts());
    expect(text).toBe(each.render(facts()));
    const built = each.formats.map((format) => document.outputs.find((found) => found.format === format));
    expect(text).toContain(built.find((found) => found)!.files[0]!.file);
    expect(text).toMatch(/([1-6])\1{63}/);
    expect(text).not.toMatch(/undefined|NaN|\[object|\/tmp\//);
    expect(text.endsWith('\n')).toBe(true);
  });
});

test('names and suffixes are there once', () => {
  for (const key of ['name', 'suffix'] as const)
    expect(new Set(deployments.map((each) => each[key])).size).toBe(deployments.length);
});

describe('terraform', () => {
  let hcl: Record<string, Record<string, Record<string, Record<string, unknown>[]>>>;
  beforeAll(async () => {
    hcl = await parseHcl('main.tf', render('terraform'));
  });
  const resource = (type: string) => hcl.resource![type]!.light_house![0]!;

  test('has an image and a machine for each platform', () => {
    expect(Object.keys(hcl.resource!).sort()).toEqual([
      ...['aws_ami', 'aws_instance', 'openstack_compute_instance_v2', 'openstack_images_image_v2'],
      'vsphere_virtual_machine',
    ]);
    expect(resource('openstack_images_image_v2')).toMatchObject({
      local_file_path: 'l.qcow2',
      min_disk_gb: 3,
      min_ram_mb: 512,
      properties: { hw_firmware_type: 'bios', architecture: 'x86_64', os_version: '1.4.0+x' },
    });
    expect(resource('aws_ami')).toMatchObject({
      name: 'light-house-1.4.0-x-amd64',
      description: expect.stringMatching(/^Lighthouse "Linux" \$?\$\{a\} %?%\{b\} /),
      boot_mode: 'uefi-preferred',
    });
    expect(resource('vsphere_virtual_machine')).toMatchObject({
      firmware: 'efi',
      ovf_deploy: [{ local_ovf_path: 'l.ova' }],
    });
  });

  test('has no template in what is a text', () => {
    expect(render('terraform')).toContain('description         = "Lighthouse \\"Linux\\" $${a} %%{b} ');
  });

  test('every variable that is used is declared', () => {
    const used = [...render('terraform').matchAll(/\bvar\.(\w+)/g)].map(([, found]) => found!);
    expect([...new Set(used)].sort()).toEqual(Object.keys(hcl.variable!).sort());
  });

  test('has only what was built, and the firmware that the spec says', async () => {
    const settings = new Map([['openstack', { firmware: 'uefi' }]]);
    const some = { ...document, outputs: document.outputs.slice(0, 1) };
    const parsed = await parseHcl(
      'main.tf',
      render('terraform', deploymentFacts(some, 'amd64', settings as never)),
    );
    expect(Object.keys(parsed.resource)).toEqual([
      'openstack_compute_instance_v2',
      'openstack_images_image_v2',
    ]);
    expect(parsed.resource.openstack_images_image_v2.light_house[0].properties.hw_firmware_type).toBe('uefi');
  });
});

test('heat: user-data goes as it is, and every reference leads somewhere', () => {
  const text = render('heat');
  const template = parseYaml(text);
  expect(template.heat_template_version).toBe('2018-08-31');
  expect(template.resources.server.properties).toMatchObject({ user_data_format: 'RAW', config_drive: true });
  expect(template.resources.image.properties).toMatchObject({
    min_disk: 3,
    min_ram: 512,
    disk_format: 'qcow2',
  });
  for (const [, found] of text.matchAll(/get_param: (\w+)/g))
    expect(template.parameters).toHaveProperty(found!);
  for (const [, found] of text.matchAll(/get_resource: (\w+)/g))
    expect(template.resources).toHaveProperty(found!);
});

test('ansible: looks at the files before it takes them', () => {
  const [play] = parseYaml(render('ansible'));
  const modules = play.tasks.map((task: object) => Object.keys(task).find((key) => key.includes('.')));
  expect(modules).toEqual([
    ...['ansible.builtin.stat', 'ansible.builtin.assert', 'openstack.cloud.image', 'openstack.cloud.server'],
    ...['ansible.builtin.stat', 'ansible.builtin.assert', 'community.vmware.vmware_deploy_ovf'],
  ]);
  expect(play.tasks[1]['ansible.builtin.assert'].that).toContain(`found.stat.checksum == "${sumOf(1)}"`);
});

test('cloudformation: every Ref and GetAtt leads somewhere', () => {
  const text = render('cloudformation');
  const template = parseYaml(text);
  expect(template.Resources.Template.Properties.LaunchTemplateData.MetadataOptions.HttpTokens).toBe(
    'required',
  );
  const known = [...Object.keys(template.Parameters), ...Object.keys(template.Resources)];
  for (const [, found] of text.matchAll(/Ref: (\w+)/g)) expect(known).toContain(found);
  expect(template.Metadata.Catamaran).toEqual({
    Image: 'light-house-1.4.0-x-amd64',
    ...{ File: 'l.raw', Size: 1003, SHA256: sumOf(3) },
  });
});

test('ipxe: comments, commands that iPXE has, and labels that are there', () => {
  const lines = render('ipxe').trimEnd().split('\n');
  expect(lines[0]).toBe('#!ipxe');
  const commands = lines.slice(1).filter((line) => !/^(#.*|:\w+|)$/.test(line));
  for (const line of commands) expect(line).toMatch(/^(cpuid|chain|echo|sleep|exit|reboot)( |$)/);
  for (const [, label] of lines.join('\n').matchAll(/goto (\w+)/g)) expect(lines).toContain(`:${label}`);
  expect(lines).toContain('chain p-pxe/boot.ipxe || goto failed');
  const arm = deploymentFacts({ ...document, arch: 'arm64' }, 'arm64', new Map());
  expect(render('ipxe', arm)).not.toContain('cpuid');
});

test('vmx: each line is a setting, once, whatever the system is called', () => {
  const lines = render('vmx')
    .trimEnd()
    .split('\n')
    .filter((line) => !line.startsWith('#'));
  const keys = lines.map((line) => /^([\w.:]+) = "[^"]*"$/.exec(line)?.[1]);
  expect(keys).not.toContain(undefined);
  expect(new Set(keys).size).toBe(keys.length);
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as above
  expect(lines).toContain('displayName = "Lighthouse |22Linux|22 ${a} %{b} <&> {{ c }} -- |7C 1.4.0+x"');
});

test('what there is not, and what has no output, is refused', () => {
  const refusal = (work: () => void) => {
    try {
      work();
    } catch (error) {
      return (error as CatamaranError).diagnostics[0];
    }
  };
  expect(refusal(() => parseDeployments(['terrafrom']))).toMatchObject({
    code: 'deployment-unknown',
    hint: 'Did you mean "terraform"?',
  });
  expect(refusal(() => checkDeployments(['vmx'], ['qcow2']))).toMatchObject({
    code: 'deployment-without-output',
    hint: 'Add --format qcow2,vmdk.',
  });
  expect(refusal(() => checkDeployments(['terraform', 'vmx'], ['aws', 'vmdk']))).toBeUndefined();
});

test('the help of build names them all', async () => {
  const option = await readFile(join(import.meta.dirname, '../../../src/cli/shared-options.ts'), 'utf8');
  for (const each of deployments) expect(option).toMatch(new RegExp(`: .*\\b${each.name}\\b`));
});
