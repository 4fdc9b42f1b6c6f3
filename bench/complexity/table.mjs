/**
 * @param {readonly import('../suites/complexity.mjs').Result[]} results
 * @returns {string} a line for each kind: fitted exponents with the theory's in brackets, counts at two lengths
 */
export function complexityTable(results) {
  const fit = (measured) => (measured ? `${measured.exponent.toFixed(2)} (${measured.theory})` : '-');
  const ends = ({ steps }) => `${steps[0]} → ${steps[steps.length - 1]}`;
  const [first] = results;
  const span = first ? `n ${first.path.n[0]} → ${first.path.n[first.path.n.length - 1]}` : '';
  const lines = [
    ['', 'time', 'n', 'd', 'k', 'in sequence', span, 'longest path', span, 'layers'],
    ...results.map(({ kind, term, time, sequential, path }) => [
      ...[kind, term, fit(time.n), fit(time.d), fit(time.k)],
      ...[fit(sequential), ends(sequential), fit(path), ends(path)],
      `${path.layers[0]} → ${path.layers[path.layers.length - 1]}`,
    ]),
  ];
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  return lines.map((line) => line.map((text, i) => text.padStart(widths[i])).join('  ')).join('\n');
}
