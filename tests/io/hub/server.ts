// A Hub on 127.0.0.1: the answers of huggingface.co's `resolve` URLs, a content network on a second port
// (another origin, so that what must not travel there can be seen), and the accidents of real networks.
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
export const gitHash = (bytes: Uint8Array) =>
  createHash('sha1').update(`blob ${bytes.byteLength}\0`).update(bytes).digest('hex');

/** Equality of large arrays in one step; jest's own compares element by element. */
export function expectSame(actual: Uint8Array, expected: Uint8Array): void {
  if (!Buffer.from(actual).equals(expected))
    throw new Error(`${actual.byteLength} bytes are not the ${expected.byteLength} bytes expected`);
}

export interface Seen {
  server: 'hub' | 'cdn';
  method: string;
  path: string;
  range: string | undefined;
  authorization: string | undefined;
}

/** What goes wrong, and how often; counted down as it happens. */
export interface Accidents {
  /** Cut the connection after so many bytes of a body. */
  cutAfter?: number;
  cuts?: number;
  /** Answer so many GETs with 503 first. */
  busy?: number;
  ignoreRange?: boolean;
  /** Answer a range with one that begins a byte later. */
  wrongRange?: boolean;
  /** Send these bytes instead of the file's. */
  forged?: Uint8Array;
  /** Stop sending after so many bytes, with the connection left open. */
  stallAfter?: number;
  /** Headers of HEAD answers, replaced. */
  head?: Record<string, string>;
  /** Answer everything with this status and error code. */
  refuse?: { status: number; code?: string };
}

export class HubServer {
  commit = '1'.repeat(40);
  readonly files = new Map<string, { bytes: Uint8Array; large: boolean }>();
  accidents: Accidents = {};
  readonly seen: Seen[] = [];
  readonly #hub: Server = createServer((request, response) => this.#answerHub(request, response));
  readonly #cdn: Server = createServer((request, response) => this.#answerCdn(request, response));
  readonly #sockets = new Set<Socket>();
  #host = '';

  async start(): Promise<this> {
    for (const server of [this.#hub, this.#cdn]) {
      server.on('connection', (socket: Socket) => {
        this.#sockets.add(socket);
        socket.on('close', () => this.#sockets.delete(socket));
      });
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    }
    this.#host = `http://127.0.0.1:${(this.#hub.address() as AddressInfo).port}`;
    return this;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    for (const server of [this.#hub, this.#cdn]) await new Promise((done) => server.close(done));
  }

  /** The Hub's address; also after it has stopped. */
  get host(): string {
    return this.#host;
  }

  /** `large` files are in large-file storage: hashed by SHA-256 and answered by redirect. */
  put(file: string, content: Uint8Array | string, large = false): void {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    this.files.set(file, { bytes, large });
  }

  count(method: string, file?: string): number {
    return this.seen.filter((s) => s.method === method && (file === undefined || s.path.endsWith(file)))
      .length;
  }

  #note(server: Seen['server'], request: IncomingMessage): string {
    const path = decodeURIComponent(request.url!);
    const { range, authorization } = request.headers;
    this.seen.push({ server, method: request.method!, path, range, authorization });
    return path;
  }

  #answerHub(request: IncomingMessage, response: ServerResponse): void {
    const path = this.#note('hub', request);
    if (this.accidents.refuse) {
      const { status, code } = this.accidents.refuse;
      return void response.writeHead(status, code ? { 'x-error-code': code } : {}).end();
    }
    const [, repo, revision, file] =
      /^\/([\w.-]+\/[\w.-]+)\/resolve\/(main|[0-9a-f]{40}|refs\/pr\/1)\/(.+)$/.exec(path) ?? [];
    if (repo === 'owner/old-name')
      return void response.writeHead(307, { location: path.replace('old-name', 'model') }).end();
    if (repo !== 'owner/model') return void response.writeHead(404, { 'x-error-code': 'RepoNotFound' }).end();
    const commit = /^[0-9a-f]{40}$/.test(revision) ? revision : this.commit;
    const entry = this.files.get(file);
    if (entry === undefined)
      return void response.writeHead(404, { 'x-error-code': 'EntryNotFound', 'x-repo-commit': commit }).end();
    const { bytes, large } = entry;
    if (large) {
      response.writeHead(302, {
        'x-repo-commit': commit,
        'x-linked-etag': `"${sha256(bytes)}"`,
        'x-linked-size': String(bytes.byteLength),
        location: `http://127.0.0.1:${(this.#cdn.address() as AddressInfo).port}/${file}`,
        ...this.accidents.head,
      });
      return void response.end();
    }
    const headers = { 'x-repo-commit': commit, etag: `W/"${gitHash(bytes)}"`, ...this.accidents.head };
    if (request.method === 'HEAD')
      return void response.writeHead(200, { 'content-length': String(bytes.byteLength), ...headers }).end();
    this.#send(request, response, bytes, headers);
  }

  #answerCdn(request: IncomingMessage, response: ServerResponse): void {
    const file = this.#note('cdn', request).slice(1);
    this.#send(request, response, this.files.get(file)!.bytes, { etag: '"of the content network"' });
  }

  #send(
    request: IncomingMessage,
    response: ServerResponse,
    original: Uint8Array,
    headers: Record<string, string>,
  ): void {
    const { accidents } = this;
    if (accidents.busy) {
      accidents.busy--;
      return void response.writeHead(503).end();
    }
    const bytes = accidents.forged ?? original;
    const range = accidents.ignoreRange ? null : /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
    const begin = range ? Number(range[1]) + (accidents.wrongRange ? 1 : 0) : 0;
    const end = range?.[2] ? Math.min(Number(range[2]) + 1, bytes.byteLength) : bytes.byteLength;
    if (range && begin >= bytes.byteLength)
      return void response
        .writeHead(416, { 'content-range': `bytes */${bytes.byteLength}`, ...headers })
        .end();
    const part = bytes.subarray(begin, end);
    response.writeHead(range ? 206 : 200, {
      ...headers,
      'content-length': String(part.byteLength),
      ...(range ? { 'content-range': `bytes ${begin}-${end - 1}/${bytes.byteLength}` } : {}),
    });
    const { cutAfter, stallAfter } = accidents;
    if (cutAfter !== undefined && (accidents.cuts ?? 0) > 0 && part.byteLength > cutAfter) {
      accidents.cuts!--;
      // Not at once: `fetch` drops what it has received but not yet handed out.
      response.write(part.subarray(0, cutAfter), () => setTimeout(() => request.socket.destroy(), 150));
    } else if (stallAfter !== undefined && part.byteLength > stallAfter)
      response.write(part.subarray(0, stallAfter));
    else response.end(part);
  }
}
