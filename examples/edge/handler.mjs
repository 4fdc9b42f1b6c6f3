// The service itself, as a standard fetch handler: the same file on Cloudflare Workers, Deno, Bun and Node.
//   POST /embed     {"texts": ["…", …], "normalize"?: true}      -> {"vectors": [[…], …]}
//   POST /generate  {"prompt": "…", "maxNewTokens"?: 64, "temperature"?: 0.8, "seed"?: 1}
//                   -> server-sent events: {"text": "…"} for each piece, then {"finishReason": "…", "newTokens": n}
import { Refused, readJson } from './body.mjs';

const LIMITS = { bodyBytes: 64 << 10, texts: 32, newTokens: 256 };

/** What the handler needs of fromPretrained()'s result. @typedef {import('fovea').Pretrained} Model */

/**
 * @param {{ embedding(): Promise<Model>, generation(): Promise<Model> }} models loaded when first asked for
 * @returns {(request: Request) => Promise<Response>}
 */
export function createHandler(models) {
  return async (request) => {
    try {
      const route = ROUTES[new URL(request.url).pathname];
      if (!route) throw new Refused(404, `there are ${Object.keys(ROUTES).join(' and ')}`);
      if (request.method !== 'POST') throw new Refused(405, 'the method must be POST');
      return await route(models, await readJson(request, LIMITS.bodyBytes), request.signal);
    } catch (error) {
      return Response.json({ error: messageOf(error) }, { status: statusOf(error) });
    }
  };
}

/** @type {Record<string, (models: Parameters<typeof createHandler>[0], body: Record<string, unknown>, signal: AbortSignal) => Promise<Response>>} */
const ROUTES = {
  async '/embed'(models, { texts, normalize = true }, signal) {
    const wrong = !Array.isArray(texts) || texts.length < 1 || texts.length > LIMITS.texts;
    if (wrong || !texts.every((text) => typeof text === 'string'))
      throw new Refused(400, `texts must be a list of 1 to ${LIMITS.texts} strings`);
    const { embed } = await models.embedding();
    const vectors = await embed(texts, { normalize: normalize === true, truncate: 'right', signal });
    return Response.json({ vectors: vectors.map((vector) => Array.from(vector)) });
  },

  async '/generate'(models, { prompt, maxNewTokens = 64, temperature, seed }, signal) {
    if (typeof prompt !== 'string') throw new Refused(400, 'prompt must be a string');
    if (!(Number(maxNewTokens) <= LIMITS.newTokens))
      throw new Refused(400, `maxNewTokens must be at most ${LIMITS.newTokens}`);
    const { generate } = await models.generation();
    const options = /** @type {import('fovea').GenerateOptions} */ ({
      maxNewTokens,
      temperature,
      seed,
      signal,
    });
    const generation = generate(prompt, options);
    const steps = generation[Symbol.asyncIterator]();
    // The first token comes before the answer begins, so that a prompt that is refused still gets a status.
    const first = await steps.next();
    return new Response(
      events(steps, first, () => generation.summary),
      {
        headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' },
      },
    );
  },
};

/**
 * One event a step.  A token is computed when there is room for it, and none any more when nobody listens.
 * @param {AsyncGenerator<import('fovea').GenerationStep, void, void>} steps
 * @param {IteratorResult<import('fovea').GenerationStep, void>} next
 * @param {() => import('fovea').GenerationSummary | null} summary
 */
function events(steps, next, summary) {
  const encoder = new TextEncoder();
  const event = (/** @type {object} */ data) => encoder.encode(`data: ${JSON.stringify(data)}\n\n`);
  return new ReadableStream({
    async pull(controller) {
      try {
        if (next.value) controller.enqueue(event({ text: next.value.text }));
        next = await steps.next();
        if (!next.done) return;
        const { finishReason, newTokens } = summary() ?? {};
        controller.enqueue(event({ finishReason, newTokens }));
      } catch (error) {
        controller.enqueue(event({ error: messageOf(error) }));
      }
      controller.close();
    },
    async cancel() {
      await steps.return();
    },
  });
}

/** The caller's mistakes are the caller's to read; what went wrong here is not. */
/** @type {Readonly<Record<string, number>>} */
const STATUS = { ARGUMENT: 400, TOKENIZER: 400, OUT_OF_MEMORY: 503 };

/** @param {unknown} error */
function statusOf(error) {
  if (error instanceof Refused) return error.status;
  return STATUS[/** @type {{ code?: string }} */ (error)?.code ?? ''] ?? 500;
}

/** @param {unknown} error */
function messageOf(error) {
  if (statusOf(error) < 500) return /** @type {Error} */ (error).message;
  console.error(error);
  return statusOf(error) === 503 ? 'too much is going on; try again' : 'internal error';
}
