// A generation that runs elsewhere as the same kind of object: steps as they come, and a summary at the end.
import { Generation, type GenerationStep } from '../generate/generation.js';
import type { Calls } from './calls.js';
import type { Prompt, Questions } from './protocol.js';

export function generateBy(
  calls: Calls,
  prompt: Prompt,
  options: Questions['generate']['args'][1],
  signal: AbortSignal | undefined,
): Generation {
  return new Generation(async function* (done) {
    const steps: GenerationStep[] = [];
    let ended = false;
    let wake = (): void => {};
    const end = (): void => {
      ended = true;
      // What came before an abort is of no interest any more.
      if (signal?.aborted) steps.length = 0;
      wake();
    };
    const onProgress = (step: GenerationStep): void => {
      steps.push(step);
      wake();
    };
    const call = calls.start('generate', [prompt, options], { signal, onProgress });
    call.answer.then(end, end);
    try {
      for (;;) {
        if (steps.length === 0 && !ended)
          await new Promise<void>((awake) => {
            wake = awake;
          });
        const step = steps.shift();
        if (!step) break;
        call.acknowledge();
        if (step.finishReason) {
          const summary = await call.answer;
          if (summary) done(summary);
        }
        yield step;
      }
      await call.answer; // throws what has ended it
    } finally {
      call.cancel();
    }
  });
}
