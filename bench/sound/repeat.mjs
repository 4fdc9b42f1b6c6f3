import { judge } from './judge.mjs';

/** Of the time of a run; the least number of rounds is done in any case. */
const WITNESS = 1 / 3;
const MOST_RUNS = 3;

/**
 * Measures in one process, looks in a second one whether everybody was in a good state, and measures again in further
 * ones what was not.
 * @param {(how: { share: number, cases?: string[] }) => Promise<import('../contract.d.ts').Row[]>} measure in a new
 *   process, for a share of the time, all cases unless some are named
 * @param {(text: string) => void} say
 * @returns {Promise<import('../contract.d.ts').Row[]>} `unsteady` are those that did not become good
 */
export async function repeated(measure, say) {
  const runs = [await measure({ share: 1 })];
  const witness = await measure({ share: WITNESS });
  for (;;) {
    const { rows, unsound } = judge(runs, witness);
    for (const { case: name, unsteady = {} } of rows)
      for (const [contestant, times] of Object.entries(unsteady))
        say(`${name}: ${contestant} took ${times.toFixed(1)} times as long as in another process`);
    if (unsound.length === 0 || runs.length === MOST_RUNS) return rows;
    say(`measured again: ${unsound.join(', ')}`);
    runs.push(await measure({ share: 1, cases: unsound }));
  }
}
