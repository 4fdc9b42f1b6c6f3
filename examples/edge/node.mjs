// Node: `node node.mjs`.  Its own server speaks streams and events; this is the handful of lines between them and
// a fetch handler.
import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import local from './local.mjs';

/** @param {import('node:http').IncomingMessage} message @param {AbortSignal} signal */
function requestOf(message, signal) {
  const { method = 'GET', headers, url = '/' } = message;
  const body = method === 'GET' || method === 'HEAD' ? undefined : Readable.toWeb(message);
  return new Request(new URL(url, `http://${headers.host ?? 'localhost'}`), {
    method,
    headers: new Headers(/** @type {Record<string, string>} */ (headers)),
    signal,
    ...(body && /** @type {RequestInit} */ ({ body, duplex: 'half' })),
  });
}

const server = createServer(async (message, response) => {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const answer = await local.fetch(requestOf(message, gone.signal));
  response.statusCode = answer.status;
  response.setHeaders(answer.headers);
  try {
    if (answer.body)
      await pipeline(
        Readable.fromWeb(/** @type {import('node:stream/web').ReadableStream} */ (answer.body)),
        response,
      );
    else response.end();
  } catch {
    // The client has gone, and with it the stream, whose cancel() has stopped the work.
  }
});
server.listen(local.port, () => console.log(`listening on ${JSON.stringify(server.address())}`));
