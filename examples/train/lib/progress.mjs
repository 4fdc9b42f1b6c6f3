/** One line now and then: how far, how well, how fast, how long still. */

const SILENCE_MS = 5000;

export class Progress {
  #lastLine = performance.now();
  #first;

  /**
   * @param {import('./trainer.mjs').Task} task
   * @param {import('./trainer.mjs').Run} run
   * @param {(line: string) => void} [log]
   */
  constructor(task, run, log = (line) => process.stderr.write(`${line}\n`)) {
    this.task = task;
    this.run = run;
    this.log = log;
    this.#first = { step: run.step, seconds: run.seconds };
    if (run.step > 0) log(`${task.name}: continuing at step ${run.step} of ${task.steps}`);
  }

  /** After a step.  @param {number} rate of the next step @param {boolean} news whether a line is due */
  tick(rate, news) {
    const now = performance.now();
    if (!news && now - this.#lastLine < SILENCE_MS) return;
    this.#lastLine = now;
    const { run, task } = this;
    const perStep = (run.seconds - this.#first.seconds) / (run.step - this.#first.step);
    const { loss, held = {} } = run.curve.at(-1) ?? { loss: run.pending.sum / run.pending.count };
    const figures = Object.entries(held).map(([name, value]) => `${name} ${value.toFixed(4)}`);
    this.log(
      [
        `${task.name} ${String(run.step).padStart(String(task.steps).length)}/${task.steps}`,
        `loss ${loss.toFixed(4)}`,
        ...(news ? figures : []),
        `lr ${rate.toExponential(2)}`,
        `${(1000 * perStep).toFixed(1)} ms/step`,
        `${clock(perStep * (task.steps - run.step))} left`,
      ].join('  '),
    );
  }

  end() {
    const { run, task } = this;
    const state = run.step === task.steps ? 'finished' : 'stopped';
    this.log(
      `${task.name}: ${state} at step ${run.step} of ${task.steps} after ${clock(run.seconds)} of training`,
    );
  }
}

/** 83 -> 1:23 @param {number} seconds */
export function clock(seconds) {
  const s = Math.round(seconds);
  const [h, m] = [Math.floor(s / 3600), Math.floor(s / 60) % 60];
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
}
