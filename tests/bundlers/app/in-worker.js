// A trained model off the main thread: what it says, how it stops, what it throws.
import { ArgumentError, DisposedError, FoveaError, fromPretrained } from 'fovea/worker';
import { digest } from './digest.js';

const caught = (promise) =>
  promise.then(
    () => 'nothing',
    (error) => error,
  );

/** @param {string | URL} models a folder of models @param {object} [options] of fromPretrained */
export async function inWorker(models, options) {
  const seen = [];
  const model = await fromPretrained(new URL('shakespeare/', models), {
    ...options,
    onProgress: ({ status }) => seen.push(status),
  });
  const { hiddenStates, attentions } = await model.forward('To be, or not to be', {
    outputHiddenStates: true,
    outputAttentions: true,
  });
  const vectors = await model.embed(['JULIET:', 'Good night']);
  const { text } = await model.generate('ROMEO:', { maxNewTokens: 60, doSample: true, seed: 3 }).result();

  const controller = new AbortController();
  let steps = 0;
  const stopped = await caught(
    (async () => {
      for await (const _ of model.generate('ROMEO:', { maxNewTokens: 100, signal: controller.signal }))
        if (++steps === 3) controller.abort('enough');
    })(),
  );
  const lost = await caught(fromPretrained(new URL('nothing/', models), options));
  const empty = await caught(model.embed(''));
  const { threads } = model.about;
  model.dispose();
  const gone = await caught(model.memory());
  return {
    digest: await digest([...[...hiddenStates, ...attentions].map(({ data }) => data), ...vectors]),
    text,
    threads,
    loaded: seen[0] === 'initiate' && seen.at(-1) === 'ready',
    stopped: stopped === 'enough' && steps === 3,
    errors: lost instanceof FoveaError && empty instanceof ArgumentError && gone instanceof DisposedError,
  };
}
