// Where the worker of a model begins, in browsers.
import { createEngine, fromPretrained } from '../../default.js';
import type { Request } from '../protocol.js';
import { serve } from '../serve.js';

serve(
  {
    post: (reply, transfer = []) => postMessage(reply, { transfer: [...transfer] }),
    listen: (listener) => addEventListener('message', ({ data }: MessageEvent<Request>) => listener(data)),
  },
  { createEngine, fromPretrained },
);
