// The deployment files of a real build, given to those whom they are for: Heat's own engine validates the template, Ansible parses
// the playbook, knows each module and its options, and finds the files to be those that were built.
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { buildSpec } from '../../src/output/build.ts';
import { quoteWord } from '../../src/tools/run.ts';
import type { Tools } from '../../src/tools/tools.ts';
import { tinySpec } from '../support/build.ts';
import { testContext } from '../support/context.ts';
import { hostTools } from '../support/tools.ts';
import { pythonEnvironment } from './python-service.ts';

let room: string;
let tools: Tools;
let environment: Record<string, string>;
beforeAll(async () => {
  room = await mkdtemp(join(tmpdir(), 'catamaran-deploy-'));
  const spec = tinySpec.replace('{id: tiny,', '{id: tiny, name: "Tiny: \\"{a}\\" & more",');
  await writeFile(join(room, 'tiny.yml'), spec);
  await buildSpec(
    {
      file: join(room, 'tiny.yml'),
      out: room,
      formats: ['openstack', 'vsphere'],
      deploy: ['heat', 'ansible'],
      arch: 'amd64',
      frozen: false,
    },
    await testContext(),
  );
  await writeFile(join(room, 'user-data.yaml'), '#cloud-config\nhostname: tiny\n');
  tools = await hostTools(['tools-orchestration']);
  environment = {
    ...pythonEnvironment(tools),
    ...{ HOME: room, ANSIBLE_HOME: room, ANSIBLE_REMOTE_TEMP: room, LC_ALL: 'C.UTF-8' },
    // A playbook runs what the machine has.
    PATH: process.env.PATH!,
  };
});
afterAll(() => rm(room, { recursive: true, force: true }));

const python = (args: readonly string[]) => tools.run('python3', args, { env: environment, cwd: room });

/** As Heat's engine does, but for what only a cloud knows: whether a flavour is there, and which services are. */
const validator = `
import sys
from oslo_config import cfg
from heat.common import context, template_format
from heat.engine import constraints, environment, resources, stack, template
constraints.CustomConstraint._is_valid = lambda *_: True
cfg.CONF([], project='heat', default_config_files=[])
resources.initialise()
given = {'parameters': {'location': 'http://x/y', 'flavor': 'f', 'network': 'n', 'key_name': 'k'}}
parsed = template.Template(template_format.parse(open(sys.argv[1]).read()), files={'user-data.yaml': ''},
                           env=environment.Environment(given))
parsed.validate()
made = stack.Stack(context.RequestContext(is_admin=True), 'made', parsed, strict_validate=False)
made.validate(ignorable_errors=['99001'], validate_res_tmpl_only=True)
for resource in made.resources.values():
    resource.t.validate()
    resource.properties.validate()
    print(resource.name, resource.type())
`;

describe('heat', () => {
  const template = () => readFile(join(room, 'tiny-1.0.0-amd64-heat.yaml'), 'utf8');
  const validate = async (text: string) => {
    const path = join(room, 'template.yaml');
    await writeFile(path, text);
    return (await python(['-c', validator, path])).stdout.trim().split('\n').sort();
  };

  test('its engine finds no fault in the template', async () => {
    expect(await validate(await template())).toEqual([
      'image OS::Glance::WebImage',
      'server OS::Nova::Server',
    ]);
  });

  test.each([
    ['min_disk', 'min_dosk', 'Unknown Property min_dosk'],
    ['user_data_format: RAW', 'user_data_format: ROW', 'is not an allowed value'],
    ['get_resource: image', 'get_resource: imoge', 'is incorrect'],
  ])('%s is not %s', async (right, wrong, says) => {
    const text = (await template()).replace(right, wrong);
    await expect(validate(text)).rejects.toThrow(says);
  });
});

/** Each task's arguments against what its module says that it takes, by Ansible's own validator. */
const argumentsChecker = `
import json, sys
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
known = json.load(open(sys.argv[1]))
keys = ('type', 'required', 'choices', 'elements', 'aliases')
for module, arguments in json.load(open(sys.argv[2])):
    options = known[module]['doc']['options']
    spec = {name: {key: option[key] for key in keys if key in option} for name, option in options.items()}
    print(module, ArgumentSpecValidator(spec).validate(arguments).error_messages)
`;

type Task = Readonly<Record<string, unknown>>;
const moduleOf = (task: Task) => Object.keys(task).find((key) => key.includes('.'))!;

describe('ansible', () => {
  const playbook = () => join(room, 'tiny-1.0.0-amd64-ansible.yaml');
  const tasks = async (): Promise<Task[]> => parse(await readFile(playbook(), 'utf8'))[0].tasks;
  const ansible = (name: string, args: readonly string[]) => python([tools.path(`usr/bin/${name}`), ...args]);

  async function checkArguments(pairs: readonly (readonly [module: string, given: unknown])[]) {
    // An action of the controller's own, without a module's list of options.
    const checked = pairs.filter(([module]) => module !== 'ansible.builtin.assert');
    const modules = [...new Set(checked.map(([module]) => module))];
    const { stdout } = await ansible('ansible-doc', ['--json', '--type', 'module', ...modules]);
    const [known, given] = [join(room, 'known.json'), join(room, 'given.json')];
    await writeFile(known, stdout);
    await writeFile(given, JSON.stringify(checked));
    return (await python(['-c', argumentsChecker, known, given])).stdout.trim().split('\n');
  }

  test('it parses the playbook', async () => {
    const { stdout } = await ansible('ansible-playbook', ['--syntax-check', playbook()]);
    expect(stdout).toContain(`playbook: ${playbook()}`);
  });

  test('every module takes what it is given', async () => {
    const pairs = (await tasks()).map((task) => [moduleOf(task), task[moduleOf(task)]] as const);
    expect(await checkArguments(pairs)).toEqual([
      'ansible.builtin.stat []',
      'openstack.cloud.image []',
      'openstack.cloud.server []',
      'ansible.builtin.stat []',
      'community.vmware.vmware_deploy_ovf []',
    ]);
  });

  test('and would not take anything else', async () => {
    const wrong = { name: 'x', disk_formot: 'qcow2', min_disk: 'much' };
    const [line] = await checkArguments([['openstack.cloud.image', wrong]]);
    expect(line).toMatch(/min_disk.*cannot be converted to an int/);
    expect(line).toMatch(/disk_formot\. Supported parameters include/);
  });

  test('it finds the files to be those that were built, and one with another byte not', async () => {
    const [play] = parse(await readFile(playbook(), 'utf8'));
    const looks = play.tasks.filter((task: Task) => moduleOf(task).startsWith('ansible.builtin.'));
    const path = join(room, 'looks.yaml');
    await writeFile(path, stringify([{ ...play, tasks: looks }]));
    await writeInterpreter();
    const args = ['--inventory', 'localhost,', '--connection', 'local'];
    const run = () =>
      ansible('ansible-playbook', [
        ...args,
        '--extra-vars',
        `ansible_python_interpreter=${join(room, 'python')}`,
        path,
      ]);
    expect((await run()).stdout).toMatch(/ok=4 .*failed=0/);
    const ova = await readFile(join(room, 'tiny-1.0.0-vsphere-amd64.ova'));
    ova[1000]! ^= 1;
    await writeFile(join(room, 'tiny-1.0.0-vsphere-amd64.ova'), ova);
    await expect(run()).rejects.toThrow('Assertion failed');
  });

  /** For modules, which are programs of their own. */
  async function writeInterpreter(): Promise<void> {
    const { file, args, env } = await tools.command('python3', [], { env: environment });
    const set = Object.entries({ ...env, ...environment }).map(
      ([name, value]) => `export ${name}=${quoteWord(value!)}`,
    );
    const script = ['#!/bin/sh', ...set, `exec ${[file, ...args].map(quoteWord).join(' ')} "$@"`, ''];
    await writeFile(join(room, 'python'), script.join('\n'));
    await chmod(join(room, 'python'), 0o755);
  }
});
