import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatReference, parseReference } from '../../src/specification/reference.ts';

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;

describe('parseReference', () => {
  it.each([
    ['component:sshd', { kind: 'component', name: 'sshd' }],
    ['component:tools-grub-amd64', { kind: 'component', name: 'tools-grub-amd64' }],
    ['./mine', { kind: 'directory', path: './mine' }],
    ['..', { kind: 'directory', path: '..' }],
    ['/srv/mine:x', { kind: 'directory', path: '/srv/mine:x' }],
    ['~/mine', { kind: 'directory', path: '~/mine' }],
    ['oci:images/app', { kind: 'oci', path: 'images/app' }],
    ['oci:images/app:1.2', { kind: 'oci', path: 'images/app', tag: '1.2' }],
    ['oci-archive:/a/b.tar:x', { kind: 'oci-archive', path: '/a/b.tar', tag: 'x' }],
    ['docker-archive:b.tar', { kind: 'docker-archive', path: 'b.tar' }],
    ['docker-archive:b.tar:1.2', { kind: 'docker-archive', path: 'b.tar', tag: '1.2' }],
    ['docker-archive:b.tar:app:1.2', { kind: 'docker-archive', path: 'b.tar', tag: 'app:1.2' }],
    [
      'docker-archive:b.tar:r.example:5000/a/b:c',
      { kind: 'docker-archive', path: 'b.tar', tag: 'r.example:5000/a/b:c' },
    ],
    ['nginx', { kind: 'registry', repository: 'nginx', tag: 'latest' }],
    ['linuxkit/init:v1', { kind: 'registry', repository: 'linuxkit/init', tag: 'v1' }],
    ['localhost/a', { kind: 'registry', registry: 'localhost', repository: 'a', tag: 'latest' }],
    ['localhost:5000/a/b:c', { kind: 'registry', registry: 'localhost:5000', repository: 'a/b', tag: 'c' }],
    ['[::1]:5000/a', { kind: 'registry', registry: '[::1]:5000', repository: 'a', tag: 'latest' }],
    [
      'r.example.org/a__b--c.d/e',
      { kind: 'registry', registry: 'r.example.org', repository: 'a__b--c.d/e', tag: 'latest' },
    ],
    [`a@${digest}`, { kind: 'registry', repository: 'a', digest }],
    [
      `r.example.org/a:t@${digest}`,
      { kind: 'registry', registry: 'r.example.org', repository: 'a', tag: 't', digest },
    ],
  ])('%s', (text, expected) => {
    expect(parseReference(text)).toEqual(expected);
  });

  it.each([
    '',
    ' a',
    'a b',
    'a\n',
    'component:',
    'component:A',
    'component:../x',
    'oci:',
    'oci::x',
    'oci:a:b:c',
    'docker-archive:b.tar:a:b:c',
    `docker-archive:b.tar:a@${digest}`,
    'a/',
    ':t',
  ])('refuses %j', (text) => expect(() => parseReference(text)).toThrow('not an image reference'));

  it.each([
    'a//b',
    'a/_b',
    'A/b/C',
    'a:',
    'a@sha256:00',
    `a@${digest}@${digest}`,
    `a:${'t'.repeat(129)}`,
    '-a/b',
    'a-/b',
    'a..b',
    'r.example.org/',
  ])('refuses the registry reference %j', (text) =>
    expect(() => parseReference(text)).toThrow('not an image reference'),
  );

  it('reads back what formatReference writes', () => {
    const part = fc.stringMatching(/^[a-z0-9]{1,5}((\.|_|__|-{1,3})[a-z0-9]{1,4}){0,2}$/);
    const tag = fc.stringMatching(/^\w[\w.-]{0,10}$/);
    const registry = fc.record(
      {
        kind: fc.constant('registry' as const),
        registry: fc.constantFrom('localhost', 'localhost:5000', 'r.example.org', '10.0.0.1:80'),
        repository: fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/')),
        tag,
        digest: fc.constant(digest),
      },
      { requiredKeys: ['kind', 'registry', 'repository', 'tag'] },
    );
    const layout = fc.record({
      kind: fc.constantFrom('oci' as const, 'oci-archive' as const, 'docker-archive' as const),
      path: fc.stringMatching(/^[a-z./]{1,12}$/),
      tag,
    });
    fc.assert(
      fc.property(fc.oneof(registry, layout), (reference) => {
        const text = formatReference(reference as Parameters<typeof formatReference>[0]);
        expect(parseReference(text)).toEqual(reference);
      }),
    );
  });
});
