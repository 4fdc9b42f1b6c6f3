// Learning rates that change from step to step: functions of the step, and the class that applies them.
import { ArgumentError } from '../errors.js';

/** The learning rate at a step (from 0), as a share of the one the optimiser was given. */
export type Schedule = (step: number) => number;

/** 0 at step 0, 1 from `warmupSteps` on, a straight line between. */
export function linearWarmup(warmupSteps: number): Schedule {
  checkSteps('warmupSteps', warmupSteps);
  return (step) => (step < warmupSteps ? step / warmupSteps : 1);
}

/** How long it rises, when it has come down, and how far; in steps. */
export interface CosineOptions {
  /** default 0 */
  warmupSteps?: number;
  /** where the cosine has come down */
  totalSteps: number;
  /** the share that is left at the end and beyond; default 0 */
  minFactor?: number;
}

/** Linear warm-up, then half a cosine from 1 down to `minFactor` (Loshchilov & Hutter 2017, one cycle). */
export function cosineWithWarmup({ warmupSteps = 0, totalSteps, minFactor = 0 }: CosineOptions): Schedule {
  const rise = linearWarmup(warmupSteps);
  checkSteps('totalSteps', totalSteps);
  if (totalSteps <= warmupSteps)
    throw new ArgumentError(`totalSteps must exceed warmupSteps ${warmupSteps}, got ${totalSteps}`);
  return (step) => {
    if (step < warmupSteps) return rise(step);
    const done = Math.min(1, (step - warmupSteps) / (totalSteps - warmupSteps));
    return minFactor + (1 - minFactor) * 0.5 * (1 + cosPi(done));
  };
}

function checkSteps(name: string, n: number): void {
  if (!(Number.isInteger(n) && n >= 0)) throw new ArgumentError(`${name} must be a count of steps, got ${n}`);
}

/**
 * cos(πx) for x of [0, 1] from additions and multiplications alone: Math.cos may differ in its last bit from
 * one engine to the next, and with it every weight.  Within 2^-51.
 */
export function cosPi(x: number): number {
  if (x > 0.5) return -cosPi(1 - x);
  // Near the zero at 1/2 the sine keeps the digits that 1 - … would lose.
  if (x > 0.25) return series(Math.PI * (0.5 - x), 1);
  return series(Math.PI * x, 0);
}

/** The Taylor series of cos (odd 0) or sin (odd 1) on [0, π/4], summed from its small end. */
function series(t: number, odd: 0 | 1): number {
  let sum = 1;
  for (let k = 10; k > 0; k--) sum = 1 - ((t * t) / ((2 * k + odd) * (2 * k + odd - 1))) * sum;
  return odd === 1 ? t * sum : sum;
}

/** Anything with learning rates by group: an optimiser. */
export interface HasRates {
  readonly paramGroups: readonly { lr: number }[];
}

/**
 * `torch.optim.lr_scheduler.LambdaLR`: sets each group's rate to its initial one times `schedule(step)`, at
 * once for step 0, then at every step().
 */
export class LambdaLR {
  #step = 0;
  readonly #initial: readonly number[];

  constructor(
    readonly optimizer: HasRates,
    readonly schedule: Schedule,
  ) {
    this.#initial = optimizer.paramGroups.map((g) => g.lr);
    this.#apply();
  }

  /** How often step() was called. */
  get lastStep(): number {
    return this.#step;
  }

  /** Sets the rates of the next optimiser step; call it after each. */
  step(): void {
    this.#step++;
    this.#apply();
  }

  /** The rates now, one a group. */
  getLastLr(): number[] {
    return this.optimizer.paramGroups.map((g) => g.lr);
  }

  /** Goes to a step: after a checkpoint was loaded. */
  goTo(step: number): void {
    checkSteps('step', step);
    this.#step = step;
    this.#apply();
  }

  #apply(): void {
    const factor = this.schedule(this.#step);
    this.optimizer.paramGroups.forEach((group, i) => {
      group.lr = this.#initial[i] * factor;
    });
  }
}
