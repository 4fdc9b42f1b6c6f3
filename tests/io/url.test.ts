// A checkpoint folder on a web server.
import { createServer, type Server } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createEngine } from '../../src/default.js';
import { ArgumentError, DownloadError, MissingFileError } from '../../src/errors.js';
import { readBytes, readText } from '../../src/io/source.js';
import { urlSource } from '../../src/io/source-url.js';
import { isUrl } from '../../src/io/url.js';
import { fromPretrained } from '../../src/web.js';

let server: Server | undefined;
afterEach(() => void server?.close());

async function listen(listener: Parameters<typeof createServer>[1]): Promise<string> {
  server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((done) => server?.once('listening', done));
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}

const files: Record<string, string> = { '/m/config.json': '{"a":1}', '/m/1_Pooling/a%20b.json': 'spaces' };

test.each(['', '/'])('the files of a folder, with "%s" at its end', async (end) => {
  const ranges: unknown[] = [];
  const origin = await listen((request, response) => {
    const file = files[request.url ?? ''];
    ranges.push(request.headers.range);
    const headers = { 'content-type': 'application/json', 'content-length': file?.length ?? 0 };
    response.writeHead(file ? 200 : 404, headers).end(file);
  });
  const source = urlSource(`${origin}/m${end}`);
  expect(await readText(source, 'config.json')).toBe('{"a":1}');
  expect(await readText(source, '1_Pooling/a b.json')).toBe('spaces');
  // This server knows no ranges: what was not asked for is passed over.
  expect(Buffer.from(await readBytes(source, 'config.json', { begin: 2, end: 5 })).toString()).toBe('a":');
  expect(ranges).toContain('bytes=2-4');
  expect(await source.has('tokenizer.json')).toBe(false);
  await expect(source.size('tokenizer.json')).rejects.toThrow(MissingFileError);
  await expect(source.size('../secret')).rejects.toThrow(ArgumentError);
});

test('a server that answers everything with its page has no file', async () => {
  const origin = await listen((_, response) =>
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<!doctype html>'),
  );
  const source = urlSource(origin);
  expect(await source.has('modules.json')).toBe(false);
  using engine = await createEngine();
  await expect(fromPretrained(engine, origin)).rejects.toThrow(MissingFileError);
  await expect(fromPretrained(engine, new URL(origin))).rejects.toThrow(MissingFileError);
});

test('headers and fetch of the caller', async () => {
  const seen: unknown[] = [];
  const source = urlSource('https://models.example/m', {
    headers: { authorization: 'Bearer t' },
    fetch: async (url, init) => {
      seen.push(url, new Headers(init?.headers).get('authorization'));
      return new Response(null, { status: 500 });
    },
  });
  await expect(source.size('config.json')).rejects.toThrow(DownloadError);
  expect(seen).toEqual(['https://models.example/m/config.json', 'Bearer t']);
});

describe('names', () => {
  test.each(['https://a.example/m', 'HTTP://a/b', '/models/m', './m', '../m', 'file:///m', 'blob:x'])(
    '%s is a URL',
    (name) => expect(isUrl(name)).toBe(true),
  );
  test.each(['owner/name', 'gpt2', 'a.b/c-d', '.hidden'])('%s is not', (name) =>
    expect(isUrl(name)).toBe(false),
  );
  test('a relative one needs a page', () => {
    expect(() => urlSource('./m')).toThrow(ArgumentError);
  });
});
