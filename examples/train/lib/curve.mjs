/** The training curve as an SVG: losses over steps, and what was measured on held-out data. */

const [WIDTH, HEIGHT] = [720, 400];
const MARGIN = { left: 56, right: 16, top: 40, bottom: 44 };
const COLOURS = ['#3b6ea8', '#c0562f', '#4b8a4b', '#8a5aa0'];

/**
 * @param {readonly import('./trainer.mjs').Point[]} curve
 * @param {{ title: string, held?: readonly string[], label?: string }} options which of the held-out figures to
 *   draw (default all), and what the vertical axis counts (default loss)
 * @returns {string}
 */
export function drawCurve(curve, { title, held, label = 'loss' }) {
  const measured = curve.filter((p) => p.held !== undefined);
  const names = held ?? Object.keys(measured.at(-1)?.held ?? {});
  const series = [
    { name: 'training', dots: false, points: curve.map((p) => [p.step, p.loss]) },
    ...names.map((name) => ({
      name,
      dots: true,
      points: measured.map((p) => [p.step, p.held?.[name] ?? Number.NaN]),
    })),
  ];
  const all = series.flatMap(({ points }) => points);
  const x = axis([0, ...all.map(([step]) => step)], [MARGIN.left, WIDTH - MARGIN.right]);
  const y = axis(
    all.map(([, value]) => value),
    [HEIGHT - MARGIN.bottom, MARGIN.top],
  );
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>`,
    text(MARGIN.left, 20, title, 'start', 'font-weight="bold"'),
    ...y.ticks.flatMap((v) => [
      `<path d="M${MARGIN.left} ${y.at(v)}H${WIDTH - MARGIN.right}" stroke="#e4e4e4"/>`,
      text(MARGIN.left - 8, y.at(v) + 4, String(v), 'end'),
    ]),
    ...x.ticks.map((v) => text(x.at(v), HEIGHT - MARGIN.bottom + 18, String(v), 'middle')),
    text((MARGIN.left + WIDTH - MARGIN.right) / 2, HEIGHT - 8, 'steps', 'middle'),
    `<g transform="rotate(-90)">${text(-(MARGIN.top + HEIGHT - MARGIN.bottom) / 2, 14, label, 'middle')}</g>`,
  ];
  series.forEach(({ name, dots, points }, i) => {
    const colour = COLOURS[i % COLOURS.length];
    const place = points.map(([step, value]) => `${x.at(step)} ${y.at(value)}`);
    parts.push(`<path d="M${place.join('L')}" fill="none" stroke="${colour}" stroke-width="1.5"/>`);
    if (dots)
      for (const [step, value] of points)
        parts.push(`<circle cx="${x.at(step)}" cy="${y.at(value)}" r="2.5" fill="${colour}"/>`);
    const last = points.at(-1)?.[1] ?? Number.NaN;
    const at = WIDTH - MARGIN.right - 8;
    parts.push(
      text(at, MARGIN.top + 14 + 16 * i, `${name}, last ${round(last, 4)}`, 'end', `fill="${colour}"`),
    );
  });
  return `${parts.join('\n')}\n</svg>\n`;
}

/** A linear scale with round ticks. @param {readonly number[]} values @param {readonly [number, number]} pixels */
function axis(values, [from, to]) {
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b), low + 1e-9);
  const step = niceStep((high - low) / 5);
  const first = Math.floor(low / step);
  const last = Math.ceil(high / step);
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => round((first + i) * step, 10));
  const [a, b] = [first * step, last * step];
  return { ticks, at: (/** @type {number} */ v) => round(from + ((v - a) / (b - a)) * (to - from), 1) };
}

/** The next of 1, 2, 5 times a power of ten. @param {number} size */
function niceStep(size) {
  let power = 1;
  while (power > size) power /= 10;
  while (power * 10 <= size) power *= 10;
  return power * ([1, 2, 5].find((m) => m * power >= size) ?? 10);
}

/** @param {number} v @param {number} digits */
function round(v, digits) {
  return Number(v.toFixed(digits));
}

/**
 * @param {number} x @param {number} y @param {string} content
 * @param {'start' | 'middle' | 'end'} anchor @param {string} [more]
 */
function text(x, y, content, anchor, more = '') {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" ${more}>${escaped(content)}</text>`;
}

/** @param {string} s */
function escaped(s) {
  return s.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c] ?? c);
}
