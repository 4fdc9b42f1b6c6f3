// Where the worker of a model begins, in Node.
import { parentPort } from 'node:worker_threads';
import { createEngine, fromPretrained } from '../../node.js';
import type { Request } from '../protocol.js';
import { serve } from '../serve.js';

serve(
  {
    post: (reply, transfer = []) => parentPort!.postMessage(reply, [...transfer]),
    listen: (listener) => parentPort!.on('message', (request: Request) => listener(request)),
  },
  { createEngine, fromPretrained },
);
