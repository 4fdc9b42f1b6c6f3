/**
 * Whether a process measured everybody in a good state.  Now and then V8 leaves a large module in its first, slow
 * compilation for a whole process, and all times of that contestant are several times as long; which nothing inside
 * that process tells.  Another process does.
 *
 * @typedef {import('../contract.d.ts').Row} Row
 */

/**
 * A time this many times as long as the same contestant's in another process is not its time, unless everybody's is
 * longer there: a busy machine slows all of them, and they take turns.  In 138 pairs of times from two processes (all
 * suites, everybody) 128 were at most 1.31 apart, and the ten bad ones at least 2.3.
 */
export const APART = 1.5;

/** From here on nobody's is: all of them could be in a bad state. */
export const TOO_SLOW = 2;

/**
 * Chooses, for each case, a row in which everybody was in a good state.
 * @param {readonly (readonly Row[])[]} runs a process each, the first with all cases, later ones with some
 * @param {readonly Row[]} witness of one more process, with all or some cases: compared with, never reported
 * @returns {{ rows: Row[], unsound: string[] }} a row for each case, in order: the first good one, or the least bad one
 *   with how far it is off (`unsteady`); the cases of the latter
 */
export function judge(runs, witness) {
  const best = fastest([...runs, witness].flat());
  const unsound = [];
  const rows = runs[0].map(({ case: name }) => {
    const candidates = runs
      .flatMap((run) => run.filter((row) => row.case === name))
      .map((row) => ({ row, off: offBy(row, best) }));
    const good = candidates.find(({ off }) => off.size === 0);
    if (good) return good.row;
    unsound.push(name);
    const worst = ({ off }) => Math.max(...off.values());
    const { row, off } = candidates.reduce((least, each) => (worst(each) < worst(least) ? each : least));
    return { ...row, unsteady: Object.fromEntries(off) };
  });
  return { rows, unsound };
}

/** @param {Row} row @returns {[string, number][]} milliseconds of everybody who finished */
function timesOf({ ours, rivals }) {
  const others = Object.entries(rivals).flatMap(([name, rival]) =>
    'ms' in rival ? [/** @type {[string, number]} */ ([name, rival.ms])] : [],
  );
  return ours ? [['fovea', ours.ms], ...others] : others;
}

/** @param {string} name @param {string} contestant */
const key = (name, contestant) => `${name}\n${contestant}`;

/** @param {readonly Row[]} rows @returns {Map<string, number>} */
function fastest(rows) {
  const best = new Map();
  for (const row of rows)
    for (const [contestant, ms] of timesOf(row)) {
      const at = key(row.case, contestant);
      best.set(at, Math.min(ms, best.get(at) ?? ms));
    }
  return best;
}

/** @param {Row} row @param {Map<string, number>} best @returns {Map<string, number>} who was slow, and how many times too slow */
function offBy(row, best) {
  const all = timesOf(row).map(([contestant, ms]) => {
    const least = /** @type {number} */ (best.get(key(row.case, contestant)));
    return /** @type {[string, number]} */ ([contestant, ms / least]);
  });
  const everybody = Math.min(...all.map(([, times]) => times));
  const allowed = Math.min(APART * everybody, TOO_SLOW);
  return new Map(all.filter(([, times]) => times > allowed));
}
