// Against a real server that truncates, stalls, lies and fails.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { type Reporter, silentReporter } from '../../src/base/reporter.ts';
import { type DownloadRequest, type DownloadTarget, download } from '../../src/net/download.ts';
import { type Cache, openCache } from '../../src/store/cache.ts';
import { bundleChild, freshDirectory, noise, serve, sha256 } from '../store/support.ts';

const bytes = noise(300_000);
const blob = { digest: sha256(bytes), size: bytes.length };

interface Setup {
  readonly cache: Cache;
  readonly to: DownloadTarget;
  /** The waits between tries. */
  readonly waits: number[];
}

async function setUp(changes: Partial<DownloadTarget> = {}): Promise<Setup> {
  const cache = await openCache(await freshDirectory());
  const waits: number[] = [];
  const sleep = async (milliseconds: number) => void waits.push(milliseconds);
  const patience = { sleep, stall: 10_000, ...changes.patience };
  return { cache, waits, to: { cache, reporter: silentReporter, offline: false, ...changes, patience } };
}

const wanted = (url: string, changes: Partial<DownloadRequest> = {}): DownloadRequest => ({
  url: `${url}/file`,
  what: 'the file',
  blob,
  maxSize: 1 << 20,
  ...changes,
});

/** Serves `body` with ranges, and records each request's Range. */
function ranged(body: Buffer, seen: (string | undefined)[] = [], etag?: string) {
  return (request: IncomingMessage, response: ServerResponse) => {
    seen.push(request.headers.range);
    if (etag !== undefined) response.setHeader('etag', etag);
    const start = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1];
    if (start === undefined) return response.end(body);
    if (Number(start) >= body.length) return response.writeHead(416).end();
    response.writeHead(206, {
      'content-range': `bytes ${start}-${body.length - 1}/${body.length}`,
      'content-length': body.length - Number(start),
    });
    response.end(body.subarray(Number(start)));
  };
}

/** Promises all of it, sends the first `count` bytes and hangs up. */
function truncate(response: ServerResponse, body: Buffer, count: number, headers = {}): void {
  response.writeHead(200, { 'content-length': body.length, ...headers });
  response.write(body.subarray(0, count), () => response.destroy());
}

describe('a good server', () => {
  test('is asked once; then the cache answers, offline too', async () => {
    const seen: (string | undefined)[] = [];
    const url = await serve(ranged(bytes, seen));
    const { cache, to } = await setUp();
    expect(await download(wanted(url), to)).toEqual(blob);
    expect(await download(wanted(url), { ...to, offline: true })).toEqual(blob);
    expect(seen).toEqual([undefined]);
    expect(await readFile(cache.blobPath(blob.digest))).toEqual(bytes);
    expect(await readdir(join(cache.root, 'partial'))).toEqual([]);
  });

  test('may send what nothing is known of', async () => {
    const url = await serve(ranged(bytes));
    const { to } = await setUp();
    expect(await download({ url, what: 'the file', maxSize: 1 << 20 }, to)).toEqual(blob);
  });

  test('may send an empty file', async () => {
    const url = await serve((_, response) => response.end());
    const { to } = await setUp();
    const empty = { digest: sha256(''), size: 0 };
    expect(await download(wanted(url, { blob: empty }), to)).toEqual(empty);
  });

  test('is asked again when the cached blob is damaged', async () => {
    const seen: (string | undefined)[] = [];
    const url = await serve(ranged(bytes, seen));
    const { cache, to } = await setUp();
    await download(wanted(url), to);
    await writeFile(cache.blobPath(blob.digest), 'damaged');
    const later = { ...to, cache: await openCache(cache.root) };
    expect(await download(wanted(url), later)).toEqual(blob);
    expect(seen.length).toBe(2);
  });

  test('is told as progress in bytes', async () => {
    const told: unknown[] = [];
    const advances: number[] = [];
    const reporter: Reporter = {
      ...silentReporter,
      task: (label, options) => {
        told.push([label, options]);
        return { advance: (amount) => void advances.push(amount), done: (note) => void told.push(note) };
      },
    };
    const url = await serve(ranged(bytes));
    const { to } = await setUp({ reporter });
    await download(wanted(url), to);
    expect(told).toEqual([['the file', { total: 300_000, unit: 'bytes', minor: true }], '293.0 KiB']);
    expect(advances.reduce((a, b) => a + b)).toBe(300_000);
  });
});

describe('a server that breaks off', () => {
  test('is asked for the rest only', async () => {
    const seen: (string | undefined)[] = [];
    let first = true;
    const good = ranged(bytes, seen, '"v1"');
    const url = await serve((request, response) => {
      if (!first) return good(request, response);
      first = false;
      truncate(response, bytes, 100_000, { etag: '"v1"' });
    });
    const { to, waits } = await setUp();
    expect(await download(wanted(url), to)).toEqual(blob);
    expect(seen).toEqual(['bytes=100000-']);
    expect(waits).toEqual([500]);
  });

  test('and then ignores the range is read from the start', async () => {
    let tries = 0;
    const url = await serve((_, response) => {
      tries += 1;
      if (tries === 1) truncate(response, bytes, 100_000);
      else response.end(bytes);
    });
    const { to } = await setUp();
    expect(await download(wanted(url), to)).toEqual(blob);
    expect(tries).toBe(2);
  });

  test.each([
    ['no other', {}, [undefined]],
    ['a time, which is one', { 'last-modified': 'Sun, 01 Nov 2026 00:00:00 GMT' }, ['bytes=100000-']],
  ])('and has a weak ETag, which tells no bytes apart, and %s', async (_, headers, asked) => {
    const seen: (string | undefined)[] = [];
    const conditions: unknown[] = [];
    let first = true;
    const good = ranged(bytes, seen, 'W/"v1"');
    const url = await serve((request, response) => {
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      if (!first) {
        conditions.push(request.headers['if-range']);
        return good(request, response);
      }
      first = false;
      truncate(response, bytes, 100_000, { etag: 'W/"v1"' });
    });
    const { to } = await setUp();
    expect((await download({ url, what: 'the file', maxSize: 1 << 20 }, to)).digest).toBe(blob.digest);
    expect(seen).toEqual(asked);
    expect(conditions).toEqual(Object.values(headers).length === 0 ? [undefined] : Object.values(headers));
  });

  test('and then holds another content, of which it has no digest, is read from the start', async () => {
    const other = noise(200_000, 2);
    const seen: (string | undefined)[] = [];
    let tries = 0;
    const url = await serve((request, response) => {
      tries += 1;
      // A careless server: it honours the range although If-Range names what it no longer has.
      if (tries === 1) truncate(response, bytes, 100_000, { etag: '"v1"' });
      else ranged(other, seen, '"v2"')(request, response);
    });
    const { to } = await setUp();
    const found = await download({ url, what: 'the file', maxSize: 1 << 20 }, to);
    expect(found.digest).toBe(sha256(other));
    expect(seen).toEqual(['bytes=100000-', undefined]);
  });

  test('without a length is found out by the size that is known', async () => {
    let tries = 0;
    const url = await serve((request, response) => {
      tries += 1;
      if (tries > 1) return ranged(bytes)(request, response);
      response.writeHead(200, { 'transfer-encoding': 'chunked' });
      response.end(bytes.subarray(0, 50_000));
    });
    const { to } = await setUp();
    expect(await download(wanted(url), to)).toEqual(blob);
    expect(tries).toBe(2);
  });

  test('each time, with progress each time, is asked as often as it takes', async () => {
    const large = noise(12 << 20);
    const url = await serve((request, response) => {
      const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
      response.writeHead(start === 0 ? 200 : 206, {
        'content-length': large.length - start,
        'content-range': `bytes ${start}-${large.length - 1}/${large.length}`,
      });
      const end = start + (3 << 19);
      if (end >= large.length) response.end(large.subarray(start));
      else response.write(large.subarray(start, end), () => response.destroy());
    });
    const { to, waits } = await setUp();
    const found = await download(
      wanted(url, { blob: { digest: sha256(large), size: large.length }, maxSize: 1 << 24 }),
      to,
    );
    expect(found.size).toBe(large.length);
    expect(waits.length).toBeGreaterThan(5);
  });

  test('for good is given up, and the next run goes on from there', async () => {
    const { cache, to } = await setUp();
    const bad = await serve((request, response) => {
      if (request.headers.range === undefined) truncate(response, bytes, 100_000);
      else response.destroy();
    });
    await expect(download(wanted(bad), to)).rejects.toMatchObject({
      fault: 'network',
      code: 'download-failed',
      message: expect.stringContaining('in 5 tries'),
    });
    expect((await stat(join(cache.root, 'partial', blob.digest.slice(7)))).size).toBe(100_000);
    const seen: (string | undefined)[] = [];
    const good = await serve(ranged(bytes, seen));
    expect(await download(wanted(good), to)).toEqual(blob);
    expect(seen).toEqual(['bytes=100000-']);
  });
});

describe('what an earlier run left', () => {
  async function withPartial(content: Buffer) {
    const setup = await setUp();
    await writeFile(join(setup.cache.root, 'partial', blob.digest.slice(7)), content);
    return setup;
  }

  test('damaged, costs one more download', async () => {
    const { to } = await withPartial(noise(100_000, 9));
    const seen: (string | undefined)[] = [];
    const url = await serve(ranged(bytes, seen));
    expect(await download(wanted(url), to)).toEqual(blob);
    expect(seen).toEqual(['bytes=100000-', undefined]);
  });

  test('whole, needs no server', async () => {
    const { to } = await withPartial(bytes);
    expect(await download(wanted('http://127.0.0.1:9'), to)).toEqual(blob);
  });

  test('too long, is thrown away', async () => {
    const { to } = await withPartial(Buffer.concat([bytes, bytes]));
    const seen: (string | undefined)[] = [];
    const url = await serve(ranged(bytes, seen));
    expect(await download(wanted(url), to)).toEqual(blob);
    expect(seen).toEqual([undefined]);
  });

  test('too long for a server that knows better, is thrown away', async () => {
    const { to } = await withPartial(Buffer.concat([bytes, bytes]));
    const seen: (string | undefined)[] = [];
    const url = await serve(ranged(bytes, seen));
    expect(await download(wanted(url, { blob: { digest: blob.digest } }), to)).toEqual(blob);
    expect(seen).toEqual(['bytes=600000-', undefined]);
  });
});

describe('a server that fails', () => {
  test.each([500, 502, 503, 429])('with %d is asked again, a few times', async (status) => {
    let tries = 0;
    const url = await serve((_, response) => {
      tries += 1;
      if (tries < 4) response.writeHead(status).end();
      else response.end(bytes);
    });
    const { to, waits } = await setUp();
    expect(await download(wanted(url), to)).toEqual(blob);
    expect(waits).toEqual([500, 1000, 2000]);
  });

  test.each([
    ['7', 7000],
    ['99999', 60_000],
    ['Fri, 20 Nov 2026 12:00:30 GMT', 30_000],
    ['soon', 500],
  ])('and says Retry-After: %s is given %d ms', async (after, wait) => {
    let tries = 0;
    const url = await serve((_, response) => {
      tries += 1;
      if (tries > 1) return response.end(bytes);
      response.writeHead(503, { 'retry-after': after, date: 'Fri, 20 Nov 2026 12:00:00 GMT' }).end();
    });
    const { to, waits } = await setUp();
    await download(wanted(url), to);
    expect(waits).toEqual([wait]);
  });

  test.each([
    [404, 'download-missing'],
    [410, 'download-missing'],
    [401, 'download-refused'],
    [403, 'download-refused'],
    [400, 'download-refused'],
    [304, 'download-refused'],
  ])('with %d is not asked again', async (status, code) => {
    let tries = 0;
    const url = await serve((_, response) => {
      tries += 1;
      response.writeHead(status).end();
    });
    const { to } = await setUp();
    const message = expect.stringMatching(new RegExp(`^the file: http://127.*/file answered ${status}`));
    await expect(download(wanted(url), to)).rejects.toMatchObject({ fault: 'network', code, message });
    expect(tries).toBe(1);
  });

  test('by not being there is named with the reason', async () => {
    const { to, waits } = await setUp();
    const message = expect.stringContaining('ECONNREFUSED');
    const gone = createServer().listen(0, '127.0.0.1');
    await once(gone, 'listening');
    const { port } = gone.address() as AddressInfo;
    await promisify(gone.close.bind(gone))();
    await expect(download(wanted(`http://127.0.0.1:${port}`), to)).rejects.toMatchObject({
      fault: 'network',
      message,
    });
    expect(waits).toEqual([500, 1000, 2000, 4000]);
  });

  test.each([
    ['before the headers', 0],
    ['in the body', 100_000],
    ['by dribbling', 1],
  ])('by stalling %s is left and asked again', async (_, count) => {
    let tries = 0;
    const url = await serve((request, response) => {
      tries += 1;
      if (tries > 1) return ranged(bytes)(request, response);
      if (count === 0) return;
      response.writeHead(200, { 'content-length': bytes.length });
      response.write(bytes.subarray(0, count));
      const dribble = setInterval(() => response.write(Buffer.alloc(1)), 50);
      response.on('close', () => clearInterval(dribble));
    });
    const { to } = await setUp({ patience: { stall: 300 } });
    // What dribbled in is wrong, and found out in the end.
    expect(await download(wanted(url), to)).toEqual(blob);
  });
});

describe('a server that lies', () => {
  test('about the content is found out, nothing becomes visible, nothing is kept', async () => {
    const url = await serve((_, response) => response.end(noise(300_000, 5)));
    const { cache, to } = await setUp();
    await expect(download(wanted(url), to)).rejects.toMatchObject({
      fault: 'integrity',
      code: 'blob-digest',
    });
    expect(await cache.hasBlob(blob)).toBe(false);
    expect(await readdir(join(cache.root, 'partial'))).toEqual([]);
  });

  test('about the size is refused before the body is read', async () => {
    const url = await serve((_, response) => response.end(noise(300_001)));
    const { to } = await setUp();
    await expect(download(wanted(url), to)).rejects.toMatchObject({ fault: 'integrity', code: 'blob-size' });
  });

  test('by sending without an end is stopped at the largest size', async () => {
    let sent = 0;
    const url = await serve((_, response) => {
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(10_000))) sent += 10_000;
      };
      response.on('drain', more);
      more();
    });
    const { cache, to } = await setUp();
    const endless = download({ url, what: 'the file', maxSize: 1 << 20 }, to);
    await expect(endless).rejects.toMatchObject({ fault: 'integrity', code: 'download-too-large' });
    expect(sent).toBeGreaterThan(0);
    expect(await readdir(join(cache.root, 'partial'))).toEqual([]);
  });

  test('by a content encoding that nobody asked for is refused', async () => {
    const url = await serve((_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'),
    );
    const { to } = await setUp();
    await expect(download(wanted(url), to)).rejects.toMatchObject({ code: 'download-encoding' });
  });

  test('by a range that was not asked for is asked again, from the start', async () => {
    let tries = 0;
    const url = await serve((request, response) => {
      tries += 1;
      if (tries > 1) return ranged(bytes)(request, response);
      response.writeHead(206, { 'content-range': 'bytes 5-9/300000', 'content-length': 5 }).end('abcde');
    });
    const { to } = await setUp();
    expect(await download(wanted(url), to)).toEqual(blob);
  });
});

describe('redirects', () => {
  test('are followed, and credentials stay with the origin that they were meant for', async () => {
    const seen: unknown[] = [];
    const other = await serve((request, response) => {
      seen.push(['other', request.url, request.headers.authorization]);
      response.end(bytes);
    });
    const url = await serve((request, response) => {
      seen.push(['own', request.url, request.headers.authorization]);
      response.writeHead(302, { location: request.url === '/file' ? '/moved' : `${other}/there` }).end();
    });
    const { to } = await setUp();
    const withUser = url.replace('://', '://me:p%40ss@');
    await download(wanted(withUser), to);
    const basic = `Basic ${Buffer.from('me:p@ss').toString('base64')}`;
    expect(seen).toEqual([
      ['own', '/file', basic],
      ['own', '/moved', basic],
      ['other', '/there', undefined],
    ]);
  });

  test('without an end are stopped', async () => {
    let hops = 0;
    const url = await serve((_, response) => {
      hops += 1;
      response.writeHead(301, { location: '/file' }).end();
    });
    const { to } = await setUp();
    await expect(download(wanted(url), to)).rejects.toMatchObject({ code: 'download-redirects' });
    expect(hops).toBe(11);
  });

  test.each(['file:///etc/passwd', 'ftp://127.0.0.1/x', ''])('to %j are refused', async (location) => {
    const url = await serve((_, response) => response.writeHead(302, { location }).end());
    const { to } = await setUp();
    await expect(download(wanted(url), to)).rejects.toMatchObject({ fault: 'network', code: /^download-/ });
  });
});

test('credentials are in no message', async () => {
  const url = (await serve((_, response) => response.writeHead(404).end())).replace('://', '://me:secret@');
  const { to } = await setUp();
  const error = (await download(wanted(url), to).catch((thrown) => thrown)) as Error;
  expect(error.message).toContain('answered 404');
  expect(error.message).not.toContain('secret');
});

test.each(['ftp://127.0.0.1/x', 'file:///etc/passwd', 'nonsense'])('%s is no address', async (url) => {
  const { to } = await setUp();
  await expect(download({ url, what: 'x', maxSize: 1 }, to)).rejects.toMatchObject({ code: 'download-url' });
});

test('offline, what is not in the cache is an error that says so', async () => {
  const { to } = await setUp({ offline: true });
  await expect(download(wanted('http://127.0.0.1:9'), to)).rejects.toMatchObject({
    code: 'download-offline',
  });
});

test('an abort ends it with its reason, and keeps what has arrived', async () => {
  const url = await serve((_, response) => {
    response.writeHead(200, { 'content-length': bytes.length });
    response.write(bytes.subarray(0, 100_000));
  });
  const stop = new AbortController();
  const reporter: Reporter = {
    ...silentReporter,
    task: () => {
      let sum = 0;
      return {
        advance(amount) {
          sum += amount;
          if (sum === 100_000) stop.abort(new Error('interrupted'));
        },
        done() {},
      };
    },
  };
  const { cache, to } = await setUp({ reporter, signal: stop.signal });
  await expect(download(wanted(url), to)).rejects.toThrow('interrupted');
  expect((await stat(join(cache.root, 'partial', blob.digest.slice(7)))).size).toBe(100_000);
});

describe('processes', () => {
  const script = `import { openCache } from './src/store/cache.ts';
    import { download } from './src/net/download.ts';
    import { silentReporter as reporter } from './src/base/reporter.ts';
    const [root, url, digest] = process.argv.slice(2);
    const cache = await openCache(root);
    const wanted = { url, what: 'x', blob: { digest }, maxSize: 1 << 20 };
    console.log(JSON.stringify(await download(wanted, { cache, reporter, offline: false })));`;

  function start(child: string, root: string, url: string): ChildProcess {
    return spawn(process.execPath, [child, root, `${url}/file`, blob.digest], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }

  test('that want the same at once do not disturb each other', async () => {
    const root = await freshDirectory();
    const child = await bundleChild(root, script);
    const url = await serve((request, response) => {
      if (request.headers.range !== undefined) return ranged(bytes)(request, response);
      response.writeHead(200, { 'content-length': bytes.length });
      response.write(bytes.subarray(0, 150_000));
      setTimeout(() => response.end(bytes.subarray(150_000)), 50);
    });
    const exits = await Promise.all([1, 2, 3].map(() => once(start(child, root, url), 'exit')));
    expect(exits.map(([code]) => code)).toEqual([0, 0, 0]);
    expect(await readdir(join(root, 'partial'))).toEqual([]);
    expect(await (await openCache(root)).verifiedBlob(blob.digest)).toBeDefined();
  });

  test('that are killed leave what the next one goes on from', async () => {
    const root = await freshDirectory();
    const child = await bundleChild(root, script);
    const seen: (string | undefined)[] = [];
    let half = () => {};
    const sent = new Promise<void>((resolve) => {
      half = resolve;
    });
    const url = await serve((request, response) => {
      if (request.headers.range !== undefined) return ranged(bytes, seen)(request, response);
      response.writeHead(200, { 'content-length': bytes.length });
      response.write(bytes.subarray(0, 200_000), half);
    });
    const first = start(child, root, url);
    await sent;
    const partial = join(root, 'partial');
    await expect
      .poll(
        async () => {
          const [name] = await readdir(partial);
          return name === undefined ? 0 : (await stat(join(partial, name))).size;
        },
        { timeout: 20_000 },
      )
      .toBe(200_000);
    first.kill('SIGKILL');
    await once(first, 'exit');
    const [code] = await once(start(child, root, url), 'exit');
    expect(code).toBe(0);
    expect(seen).toEqual(['bytes=200000-']);
    expect(await readdir(partial)).toEqual([]);
  });
});
