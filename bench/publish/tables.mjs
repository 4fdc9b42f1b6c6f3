import { geometricMean } from '../report.mjs';

/** @typedef {Record<string, any>} Line one line of JSON of a suite */

/** @param {number} ms */
export const time = (ms) => `${Number(ms.toPrecision(3))} ms`;
/** @param {number | undefined} value */
export const percent = (value) => (value === undefined ? '' : `${Math.round(100 * value)} %`);
/** @param {number | undefined} value */
export const ratio = (value) => (value === undefined ? '' : `${value.toFixed(2)} ×`);

/** @param {readonly (readonly string[])[]} rows the first is the head @returns {string} */
export function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(3, ...rows.map((row) => row[column].length)));
  const pad = (row) =>
    `| ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join(' | ')} |`;
  const rule = widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [pad(rows[0]), `| ${rule.join(' | ')} |`, ...rows.slice(1).map(pad)].join('\n');
}

/** Rivals of some cases, in the order of their first. @param {readonly Line[]} lines @returns {string[]} */
export function rivalsOf(lines) {
  return [...new Set(lines.flatMap((line) => Object.keys(line.rivals)))];
}

/**
 * Cases against rivals: our time, its share of the limit, and each rival's time with the ratio.
 * @param {readonly Line[]} lines of one suite
 */
export function comparison(lines) {
  const rivals = rivalsOf(lines);
  const shares = lines.some((line) => line.share !== undefined);
  const cell = (line, name) => {
    const rival = line.rivals[name];
    if (!rival) return '–';
    return rival.error ? 'fails' : `${time(rival.ms)} · ${ratio(line.ratio[name])}`;
  };
  const rows = lines.map((line) => [
    line.case,
    time(line.ours_ms),
    ...(shares ? [percent(line.share)] : []),
    ...rivals.map((name) => cell(line, name)),
  ]);
  const means = rivals.map((name) => `**${ratio(mean(lines, name))}**`);
  return table([
    ['', 'fovea', ...(shares ? ['of the limit'] : []), ...rivals],
    ...rows,
    ['geometric mean', '', ...(shares ? [''] : []), ...means],
  ]);
}

/** @param {readonly Line[]} lines @param {string} rival @returns {number | undefined} over the cases it took part in */
export function mean(lines, rival) {
  const values = lines.map((line) => line.ratio?.[rival]).filter((value) => value !== undefined);
  return values.length ? geometricMean(values) : undefined;
}

/** Numbers without a rival. @param {readonly Line[]} lines */
export function figures(lines) {
  const shares = lines.some((line) => line.share !== undefined);
  return table([
    ['', 'value', ...(shares ? ['of the limit'] : [])],
    ...lines.map((line) => [
      line.case,
      `${Number(line.value.toPrecision(3))} ${line.unit}`,
      ...(shares ? [percent(line.share)] : []),
    ]),
  ]);
}
