/**
 * @typedef {import('./contract.d.ts').Row} Row
 * @typedef {import('./contract.d.ts').Timing} Timing
 * @typedef {import('./contract.d.ts').Figure} Figure
 */

/** @param {Row} row @returns {Record<string, number>} rival's time over ours: above one, fovea is the faster */
export function ratios({ ours, rivals }) {
  if (!ours) return {};
  return Object.fromEntries(
    Object.entries(rivals).flatMap(([name, rival]) =>
      'ms' in rival ? [[name, round(rival.ms / ours.ms, 3)]] : [],
    ),
  );
}

/** @param {Row} row @returns {string} one line of JSON, times in milliseconds */
export function jsonLine(row) {
  const timing = (each) => ('ms' in each ? { ...each, ms: round(each.ms, 4) } : each);
  const rivals = Object.entries(row.rivals).map(([name, rival]) => [name, timing(rival)]);
  return JSON.stringify({
    suite: row.suite,
    case: row.case,
    variant: row.variant,
    threads: row.threads,
    node: row.node,
    ours_ms: row.ours ? round(row.ours.ms, 4) : null,
    share: row.share === undefined ? undefined : round(row.share, 3),
    rivals: Object.fromEntries(rivals),
    ratio: ratios(row),
    unsteady: row.unsteady,
  });
}

/** @param {string} suite @param {string} variant @param {Figure} figure @param {number} [threads] @returns {string} */
export function figureLine(suite, variant, { name, unit, value, share }, threads = 1) {
  return JSON.stringify({ suite, case: name, variant, threads, unit, value, share });
}

/** @param {Figure} figure */
export function figureText({ name, unit, value, share }) {
  const of = share === undefined ? '' : `  ${(100 * share).toFixed(0)} % of the limit`;
  return `${name.padEnd(32)}${Number(value.toPrecision(4)).toString().padStart(9)} ${unit}${of}`;
}

/**
 * @param {readonly Row[]} rows of one suite
 * @returns {string} milliseconds and GFLOP/s of everyone, our share of the machine's limit, ratios, and the geometric
 *   means of the ratios; below, who was not in the state of another process
 */
export function table(rows) {
  const rivals = [...new Set(rows.flatMap((row) => Object.keys(row.rivals)))];
  const cell = (timing, flops) => {
    if (!timing) return '-';
    if ('error' in timing) return 'failed';
    return `${timing.ms.toPrecision(4)} ms ${(flops / timing.ms / 1e6).toFixed(1).padStart(5)} GF/s`;
  };
  const lines = [['case', 'fovea', 'limit', ...rivals.flatMap((name) => [name, '×'])]];
  for (const row of rows) {
    const ratio = ratios(row);
    const columns = rivals.flatMap((name) => [
      cell(row.rivals[name], row.flops),
      ratio[name]?.toFixed(2) ?? '-',
    ]);
    const share = row.share === undefined ? '-' : `${(100 * row.share).toFixed(0)} %`;
    lines.push([row.case, cell(row.ours, row.flops), share, ...columns]);
  }
  if (rows.every((row) => row.ours)) {
    const means = rivals.flatMap((name) => ['', meanRatio(rows, name)?.toFixed(2) ?? '-']);
    lines.push(['geometric mean', '', '', ...means]);
  }
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const notes = rows.flatMap((row) =>
    Object.entries(row.unsteady ?? {}).map(
      ([name, times]) =>
        `unsteady: ${row.case}, ${name} took ${times.toFixed(1)} times as long as in another process`,
    ),
  );
  return [...lines.map((line) => line.map((text, i) => text.padStart(widths[i])).join('  ')), ...notes].join(
    '\n',
  );
}

/** @param {readonly Row[]} rows @param {string} rival @returns {number | undefined} over the cases that it took part in */
function meanRatio(rows, rival) {
  const values = rows.map((row) => ratios(row)[rival]).filter((value) => value !== undefined);
  return values.length > 0 ? geometricMean(values) : undefined;
}

/** @param {readonly number[]} values @returns {number} */
export function geometricMean(values) {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/** @param {number} value @param {number} digits */
function round(value, digits) {
  return Number(value.toFixed(digits));
}
