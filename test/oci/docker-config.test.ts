// Docker's config.json and its credential helpers, which are real programs here.
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dockerCredentials } from '../../src/oci/docker-config.ts';
import { dockerHub } from '../../src/oci/reference.ts';
import { temporaryDirectory } from './support/images.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

async function writeConfig(config: unknown): Promise<string> {
  const home = await temporaryDirectory();
  await mkdir(join(home, '.docker'));
  await writeFile(
    join(home, '.docker/config.json'),
    typeof config === 'string' ? config : JSON.stringify(config),
  );
  return home;
}

async function writeHelper(name: string, script: string): Promise<string> {
  const directory = await temporaryDirectory();
  const path = join(directory, `docker-credential-${name}`);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return `${directory}:/usr/bin:/bin`;
}

test('no config, no credentials', async () => {
  expect(await dockerCredentials({ env: {}, home: await temporaryDirectory() })('r.example')).toBeUndefined();
});

test.each<[string, string, unknown]>([
  ['a host', 'r.example', { username: 'a', password: 'b:c' }],
  ['a host with a port', 'r.example:5000', { identityToken: 'refresh' }],
  ['an address', 'old.example', { username: 'o', password: 'p' }],
  ["Docker's own", dockerHub.host, { username: 'd', password: 'e' }],
  ['user and password apart', 'apart.example', { username: 'u', password: 'v' }],
  ['a logout', 'empty.example', undefined],
  ['another port', 'r.example:1', undefined],
])('auths: %s', async (_, host, expected) => {
  const home = await writeConfig({
    auths: {
      'r.example': { auth: base64('a:b:c') },
      'r.example:5000': { auth: base64('a:b'), identitytoken: 'refresh' },
      'https://old.example/v1/': { auth: base64('o:p') },
      [dockerHub.configKey]: { auth: base64('d:e') },
      'apart.example': { username: 'u', password: 'v' },
      'empty.example': {},
    },
  });
  expect(await dockerCredentials({ env: {}, home })(host)).toEqual(expected);
});

test('DOCKER_CONFIG names another directory', async () => {
  const home = await writeConfig({ auths: { 'r.example': { auth: base64('a:b') } } });
  const find = dockerCredentials({ env: { DOCKER_CONFIG: join(home, '.docker') }, home: '/nowhere' });
  expect(await find('r.example')).toEqual({ username: 'a', password: 'b' });
});

test.each(['{', '[]', 'null'])('a config that is none: %s', async (text) => {
  const home = await writeConfig(text);
  await expect(dockerCredentials({ env: {}, home })('r.example')).rejects.toMatchObject({
    fault: 'environment',
    code: 'docker-config',
  });
});

test.each<[unknown, RegExp]>([
  [{ auths: [] }, /auths is no JSON object/],
  [{ auths: { 'r.example': 'secret' } }, /auths\["r.example"\] is no JSON object/],
  [{ auths: { 'r.example': { auth: 5 } } }, /auths\["r.example"\]\.auth is no text/],
  [{ auths: { 'other.example': { password: ['secret'] } } }, /auths\["other.example"\]\.password is no text/],
  [{ credHelpers: 'secret' }, /credHelpers is no JSON object/],
  [{ credHelpers: { 'r.example': { secret: 1 } } }, /credHelpers\["r.example"\] is no text/],
  [{ credsStore: 5 }, /credsStore is no text/],
])('a config of another shape: %j', async (config, message) => {
  const home = await writeConfig(config);
  const error = (await dockerCredentials({ env: {}, home })('r.example').catch((e: Error) => e)) as Error;
  expect(error).toMatchObject({ fault: 'environment', code: 'docker-config', message });
  expect(error.message).toContain(join(home, '.docker/config.json'));
  expect(error.message).not.toContain('secret');
});

test.each([
  { auths: null, credHelpers: null, credsStore: null },
  { auths: { 'r.example': null } },
  { auths: { 'r.example': { auth: null, identitytoken: null } }, credHelpers: { 'r.example': null } },
])('what is null is absent: %j', async (config) => {
  const home = await writeConfig(config);
  expect(await dockerCredentials({ env: {}, home })('r.example')).toBeUndefined();
});

test('an auth that is none is not shown', async () => {
  const home = await writeConfig({ auths: { 'r.example': { auth: base64('secret') } } });
  const error = await dockerCredentials({ env: {}, home })('r.example').catch((thrown: Error) => thrown);
  expect(error).toMatchObject({ code: 'docker-config' });
  expect((error as Error).message).not.toContain(base64('secret'));
});

test('a helper is asked once, by the protocol', async () => {
  const script = 'read server; echo "$1" >> "$0.log"; printf \'{"Username":"%s","Secret":"s3"}\' "$server"';
  const PATH = await writeHelper('mine', script);
  const home = await writeConfig({
    credHelpers: { 'r.example': 'mine' },
    auths: { 'r.example': { auth: 'x' } },
  });
  const find = dockerCredentials({ env: { PATH }, home });
  expect(await find('r.example')).toEqual({ username: 'r.example', password: 's3' });
  expect(await find('r.example')).toEqual({ username: 'r.example', password: 's3' });
  expect(await readFile(`${PATH.split(':')[0]}/docker-credential-mine.log`, 'utf8')).toBe('get\n');
});

test('the store serves every host, gives identity tokens, and may know nothing', async () => {
  const script =
    'read s; case $s in a*) printf \'{"Username":"<token>","Secret":"t"}\';; *) echo "credentials not found in native keychain"; exit 1;; esac';
  const PATH = await writeHelper('store', script);
  const home = await writeConfig({ credsStore: 'store', auths: { 'c.example': { auth: base64('c:d') } } });
  const find = dockerCredentials({ env: { PATH }, home });
  expect(await find('a.example')).toEqual({ identityToken: 't' });
  expect(await find('b.example')).toBeUndefined();
  expect(await find('c.example')).toEqual({ username: 'c', password: 'd' });
});

test.each([
  ['fails', 'echo secret; exit 3', /exit code 3/],
  ['takes for ever', 'exec sleep 60', /took more than/],
  ['says nonsense', 'echo secret', /helper protocol/],
  ['says without end', 'exec cat /dev/zero', /docker-credential-bad/],
])('a helper that %s', async (_, script, message) => {
  const PATH = await writeHelper('bad', script);
  const home = await writeConfig({ credsStore: 'bad' });
  const find = dockerCredentials({ env: { PATH }, home, helperTime: 500 });
  const error = (await find('r.example').catch((thrown: Error) => thrown)) as Error;
  expect(error).toMatchObject({ fault: 'environment', code: 'credential-helper' });
  expect(error.message).toMatch(message);
  expect(error.message).not.toContain('secret');
});

test.each(['../../bin/sh', 'a b', ''])('a helper of the name %j is not run', async (name) => {
  const home = await writeConfig({ credHelpers: { 'r.example': name } });
  const found = dockerCredentials({ env: { PATH: '/usr/bin:/bin' }, home })('r.example');
  if (name === '') expect(await found).toBeUndefined();
  else await expect(found).rejects.toMatchObject({ code: 'docker-config' });
});

test('a helper that is not installed', async () => {
  const home = await writeConfig({ credsStore: 'absent' });
  await expect(dockerCredentials({ env: { PATH: '/nowhere' }, home })('r.example')).rejects.toMatchObject({
    code: 'credential-helper',
  });
});
