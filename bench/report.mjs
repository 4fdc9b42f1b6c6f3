/**
 * @typedef {{ ms: number, runs: number }} Timing
 * @typedef {object} Row one case of one suite
 * @property {string} suite
 * @property {string} case
 * @property {string} variant
 * @property {number} threads
 * @property {number} flops
 * @property {Timing | undefined} ours
 * @property {Record<string, Timing & { version: string }>} rivals
 */

/** @param {Row} row @returns {Record<string, number>} rival's time over ours: above one, fovea is the faster */
export function ratios({ ours, rivals }) {
  if (!ours) return {};
  return Object.fromEntries(
    Object.entries(rivals).map(([name, rival]) => [name, round(rival.ms / ours.ms, 3)]),
  );
}

/** @param {Row} row @returns {string} one line of JSON, times in milliseconds */
export function jsonLine(row) {
  const timing = ({ ms, runs, ...rest }) => ({ ...rest, ms: round(ms, 4), runs });
  const rivals = Object.entries(row.rivals).map(([name, rival]) => [name, timing(rival)]);
  return JSON.stringify({
    suite: row.suite,
    case: row.case,
    variant: row.variant,
    threads: row.threads,
    ours_ms: row.ours ? round(row.ours.ms, 4) : null,
    rivals: Object.fromEntries(rivals),
    ratio: ratios(row),
  });
}

/**
 * @param {readonly Row[]} rows of one suite
 * @returns {string} milliseconds and GFLOP/s of everyone, ratios, and the geometric means of the ratios
 */
export function table(rows) {
  const rivals = Object.keys(rows[0]?.rivals ?? {});
  const cell = (timing, flops) =>
    timing ? `${timing.ms.toPrecision(4)} ms ${(flops / timing.ms / 1e6).toFixed(1).padStart(5)} GF/s` : '-';
  const lines = [['case', 'fovea', ...rivals.flatMap((name) => [name, '×'])]];
  for (const row of rows) {
    const ratio = ratios(row);
    const columns = rivals.flatMap((name) => [
      cell(row.rivals[name], row.flops),
      ratio[name]?.toFixed(2) ?? '-',
    ]);
    lines.push([row.case, cell(row.ours, row.flops), ...columns]);
  }
  if (rows.every((row) => row.ours)) {
    const means = rivals.flatMap((name) => [
      '',
      geometricMean(rows.map((row) => ratios(row)[name])).toFixed(2),
    ]);
    lines.push(['geometric mean', '', ...means]);
  }
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  return lines.map((line) => line.map((text, i) => text.padStart(widths[i])).join('  ')).join('\n');
}

/** @param {readonly number[]} values @returns {number} */
export function geometricMean(values) {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/** @param {number} value @param {number} digits */
function round(value, digits) {
  return Number(value.toFixed(digits));
}
