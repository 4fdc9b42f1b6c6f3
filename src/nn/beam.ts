// Beam search over steps that a decoder takes for a whole batch at once: the bookkeeping, without the decoder.  With
// one beam it is greedy decoding.
import { ArgumentError, ShapeError } from '../errors.js';
import { topk } from '../ops/select.js';
import { expectCount, show } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';

/** How wide to search, and how lengths are weighed. */
export interface BeamOptions {
  /** hypotheses that each sequence keeps; default 1, which is greedy */
  beams?: number;
  /**
   * α of the length penalty ((5 + length) / 6)^α, by which a log-probability is divided before hypotheses of
   * different lengths are compared (Wu et al. 2016, eq. 14): 0 (default) compares the probabilities themselves,
   * which favours short ones.  A multiple of 0.5, so that no power has to be rounded.
   */
  lengthPenalty?: number;
}

/** One way to go on, from the start. */
export interface Hypothesis {
  /** what was chosen, without the end */
  readonly choices: readonly number[];
  /** for each step, the end included, the row of the batch that chose */
  readonly rows: readonly number[];
  /** of all choices together, the end included */
  readonly logProbability: number;
  /** what hypotheses are ranked by */
  readonly score: number;
}

interface Candidate {
  row: number;
  choice: number;
  logProbability: number;
}

/** Rows of a batch: sequence b has rows b * beams ... b * beams + beams - 1. */
export class BeamSearch {
  readonly beams: number;
  readonly #penalty: number;
  /** what the rows stand for; null where a row is calculated in vain */
  #live: (Hypothesis | null)[];
  readonly #ended: Hypothesis[][];
  readonly #lengths: readonly number[];
  readonly #end: number | null;
  #step = 0;

  /**
   * @param lengths the most choices of each sequence
   * @param end the choice that ends a hypothesis; null if only its length does
   */
  constructor(
    lengths: readonly number[],
    end: number | null,
    { beams = 1, lengthPenalty = 0 }: BeamOptions = {},
  ) {
    expectCount(beams, 'beams');
    if (!(lengthPenalty >= 0 && Number.isInteger(2 * lengthPenalty)))
      throw new ArgumentError(`lengthPenalty must be a multiple of 0.5 from 0 on, got ${lengthPenalty}`);
    this.beams = beams;
    this.#penalty = lengthPenalty;
    this.#lengths = lengths;
    this.#end = end;
    this.#ended = lengths.map(() => []);
    // At first all beams would be the same: only one of them may go on.
    const nothing: Hypothesis = { choices: [], rows: [], logProbability: 0, score: 0 };
    this.#live = lengths.flatMap(() => Array.from({ length: beams }, (_, i) => (i === 0 ? nothing : null)));
  }

  /** Whether no step can change the result any more. */
  get done(): boolean {
    return this.#live.every((h) => h === null);
  }

  /**
   * One step on from log-probabilities (rows, V) of the next choice.
   * @returns for each row of the next step the row that it continues, and with which choice
   */
  advance(logProbabilities: Tensor): { rows: Int32Array; choices: Int32Array } {
    const R = this.#live.length;
    const [n, V] = logProbabilities.shape;
    if (logProbabilities.rank !== 2 || n !== R)
      throw new ShapeError(`logProbabilities must be (${R}, V), got ${show(logProbabilities.shape)}`);
    // One more than there are beams, because one of them may be the end.
    const k = Math.min(V, this.beams + 1);
    const { values, indices } = topk(logProbabilities, k);
    const [p, at] = [values.toArray(), indices.toArray()];
    values.dispose();
    indices.dispose();
    const [rows, choices] = [new Int32Array(R), new Int32Array(R)];
    const next: (Hypothesis | null)[] = new Array(R).fill(null);
    this.#step++;
    for (let b = 0; b < this.#lengths.length; b++) {
      const first = b * this.beams;
      rows.fill(first, first, first + this.beams);
      const candidates: Candidate[] = [];
      for (let row = first; row < first + this.beams; row++) {
        const from = this.#live[row];
        for (let i = row * k; from && i < (row + 1) * k; i++)
          if (p[i] > Number.NEGATIVE_INFINITY)
            candidates.push({ row, choice: at[i], logProbability: from.logProbability + p[i] });
      }
      // A stable sort: of equals the earlier row and the lower number come first.
      candidates.sort((x, y) => y.logProbability - x.logProbability);
      let slot = first;
      // What would not have made it into the beam does not end either.
      for (const [rank, c] of candidates.entries()) {
        if (slot === first + this.beams) break;
        const from = this.#live[c.row]!;
        const hypothesis = this.#extend(from, c);
        if (c.choice === this.#end || this.#step === this.#lengths[b]) {
          if (rank < this.beams) this.#ended[b].push(hypothesis);
          continue;
        }
        [rows[slot], choices[slot]] = [c.row, c.choice];
        next[slot++] = hypothesis;
      }
      if (this.#settled(b, next.slice(first, slot))) next.fill(null, first, slot);
    }
    this.#live = next;
    return { rows, choices };
  }

  /** The best hypotheses of each sequence, best first, at most `beams`. */
  results(): Hypothesis[][] {
    return this.#ended.map((all) => [...all].sort((x, y) => y.score - x.score).slice(0, this.beams));
  }

  #extend(from: Hypothesis, { row, choice, logProbability }: Candidate): Hypothesis {
    const choices = choice === this.#end ? from.choices : [...from.choices, choice];
    const rows = [...from.rows, row];
    return { choices, rows, logProbability, score: logProbability / this.#lengthFactor(rows.length) };
  }

  /** Whether enough have ended, and nothing that is still open could become better than the worst of them. */
  #settled(b: number, open: readonly (Hypothesis | null)[]): boolean {
    const ended = this.#ended[b];
    if (ended.length < this.beams) return false;
    const worst = [...ended].sort((x, y) => y.score - x.score)[this.beams - 1].score;
    const factor = this.#lengthFactor(this.#lengths[b]);
    return open.every((h) => h!.logProbability / factor <= worst);
  }

  #lengthFactor(length: number): number {
    const base = (5 + length) / 6;
    let factor = this.#penalty % 1 === 0 ? 1 : Math.sqrt(base);
    for (let i = 1; i <= this.#penalty; i++) factor *= base;
    return factor;
  }
}
