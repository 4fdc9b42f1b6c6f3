// What came out of the runtimes, compared: every digest of a check must be that of the first runtime that has one.

/**
 * @typedef {object} Check
 * @property {string} [digest] of the bits that came out
 * @property {string} [error] why none did
 * @property {string} [note]
 *
 * @typedef {object} Row
 * @property {string} name the runtime
 * @property {string} [version]
 * @property {string} [missing] why it could not be run at all
 * @property {string} [error] why it gave nothing
 * @property {Readonly<Record<string, Check>>} [checks]
 * @property {number} [threads] how many of two threads asked for it must give
 *
 * @typedef {{ row: Row, status: 'passed' | 'failed' | 'missing', cells: string[], problems: string[] }} Verdict
 */

const SHOWN = 8; // hexadecimal digits of a digest in a cell

/** @param {readonly Row[]} rows @param {readonly string[]} names of the checks @returns {Verdict[]} */
export function compare(rows, names) {
  const wanted = new Map(
    names.map((name) => [name, rows.map((row) => row.checks?.[name]?.digest).find(Boolean)]),
  );
  return rows.map((row) => {
    if (row.missing) return { row, status: 'missing', cells: names.map(() => '–'), problems: [] };
    const problems = row.error ? [row.error] : [];
    const cells = names.map((name) => {
      const { digest, error } = row.checks?.[name] ?? {};
      if (!digest) {
        problems.push(`${name}: ${error ?? 'nothing came out'}`);
        return 'ERROR';
      }
      if (digest === wanted.get(name)) return digest.slice(0, SHOWN);
      problems.push(`${name}: ${digest} instead of ${wanted.get(name)}`);
      return `≠${digest.slice(0, SHOWN - 1)}`;
    });
    const got = threadsOf(row);
    if (row.checks && row.threads !== undefined && got !== row.threads)
      problems.push(`threads: ${got} instead of ${row.threads} (${row.checks.threads?.note})`);
    return { row, status: problems.length > 0 ? 'failed' : 'passed', cells, problems };
  });
}

/** How many threads a runtime gave. @param {Row} row */
export function threadsOf({ checks }) {
  return /^2 threads$/.test(checks?.threads?.note ?? '') ? 2 : 1;
}

/** @param {readonly Verdict[]} verdicts @param {readonly string[]} names @returns {string} */
export function drawTable(verdicts, names) {
  const lines = [
    ['', 'version', ...names, 'used', ''],
    ...verdicts.map(({ row, status, cells }) => [
      row.name,
      row.version ?? '–',
      ...cells,
      row.checks ? `${threadsOf(row)}` : '–',
      status === 'missing' ? `missing: ${row.missing}` : status,
    ]),
  ];
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  widths[widths.length - 1] = 0;
  const text = lines.map((line) => line.map((cell, i) => cell.padEnd(widths[i])).join('  '));
  const reasons = verdicts.flatMap(({ row, problems }) =>
    problems.map((problem) => `${row.name}: ${problem}`),
  );
  const notes = new Map();
  for (const { row } of verdicts)
    if (row.checks && threadsOf(row) === 1) {
      const { note } = row.checks.threads ?? {};
      notes.set(note, [...(notes.get(note) ?? []), row.name]);
    }
  const threads = Array.from(notes, ([note, who]) => `one thread in ${who.join(', ')}: ${note}`);
  return [...text, '', ...threads, ...(reasons.length > 0 ? ['', ...reasons] : [])].join('\n');
}
