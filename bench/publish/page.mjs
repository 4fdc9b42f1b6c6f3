import { comparison, figures, mean, percent, ratio, rivalsOf, table } from './tables.mjs';

/** @typedef {import('./tables.mjs').Line} Line */

const NATIVE = 'onnxruntime-node';
const WHAT = {
  gemm: 'Matrix products with a constant weight, M×K×N, f32.',
  gemv: 'A few rows against a large weight, M×K×N, as a decoder multiplies: what counts is how fast weights come from memory. Shares above 100 % come from caches.',
  attention:
    'softmax(QKᵀ/√d)V of one sequence; “9/3 heads” share keys and values, “causal” sees only what came before.',
  encoder: 'Token ids to last hidden state, MiniLM-L6’s shape unless it says BERT-base; random weights.',
  'encoder q8':
    'The same with matrices in 8 bits. onnxruntime runs its dynamic int8, as transformers.js ships it. The limit is that of integer products, though attention and norms are f32.',
  decode:
    'A Llama of SmolLM2-135M’s shape, random weights: the logits after a prompt, and 64 tokens written behind 128.',
  wllama:
    'The same Llama in one page of headless Chromium, against llama.cpp in WebAssembly (q8_0 and q4_0), one thread each. Our times include every call; llama.cpp’s are its own.',
  threads: 'Two threads against one (“one-thread”). The results are the same bits.',
  training: 'One step of nanoGPT’s CPU setting: loss, gradients, clipping, AdamW.',
  startup:
    'From import to the first product of 128×384 and 384×384 in a new process: processor time of all its threads.',
};

/**
 * @param {readonly Line[]} lines of one run, the machine first
 * @param {{ command: string, pictures: Record<string, string> }} options pictures: file names by what they show
 * @returns {string} Markdown
 */
export function page(lines, { command, pictures }) {
  const [machine] = lines.filter((line) => line.suite === 'machine');
  const sections = sectionsOf(lines);
  const roof = lines.filter((line) => line.suite === 'roofline');
  return [
    '# Benchmarks',
    `Written by \`${command}\` from one run; nothing on this page is edited by hand. How everything is measured and what makes it fair is in [bench/README.md](../bench/README.md).`,
    machineText(machine),
    versionsText(lines),
    '## At a glance',
    'Geometric means over all cases of a suite: the rival’s time over ours, so above 1 fovea is faster. `onnxruntime-node` is native code with AVX and no rival that a browser could run, but the yardstick.',
    summary(sections),
    `![Ratios of all cases](${pictures.ratios})`,
    '## The limit of the machine',
    'What 128-bit SIMD on one core can do at most, each by a loop that does nothing else, and how near fovea comes to it in the same run. The reproducible variant `simd` rounds a product before it adds it; `relaxed` may fuse the two.',
    ...['simd', 'relaxed'].flatMap((variant) => {
      const own = roof.filter((line) => line.variant === variant);
      return own.length ? [`**${variant}**`, figures(own)] : [];
    }),
    'Every case as a share of its limit: its operations at the peak rate, or its weights at the rate of a streaming read, whichever takes longer.',
    `![Shares of the limit](${pictures.shares})`,
    ...sections.flatMap(([name, own]) => section(name, own, lines, pictures)),
    '## Memory',
    'What loading a model and one pass of 128 tokens add to the process at its peak.',
    memory(lines.filter((line) => line.suite === 'memory')),
    '## Where fovea is not the fastest',
    losses(sections),
    failures(lines),
  ]
    .filter(Boolean)
    .join('\n\n')
    .concat('\n');
}

/** Cases that compare, by suite; variants, the 8-bit encoder and other Nodes apart. @returns {[string, Line[]][]} */
export function sectionsOf(lines) {
  /** @type {Map<string, Line[]>} */
  const sections = new Map();
  const usual = lines.find((line) => line.suite === 'machine')?.node;
  for (const line of lines) {
    if (!line.rivals || line.suite === 'memory') continue;
    const quantised = line.suite === 'encoder' && / q\d$/.test(line.case) ? ' q8' : '';
    const other = line.node && line.node !== usual ? `, Node ${line.node.split('.')[0]}` : '';
    const name = `${line.suite}${quantised}${line.variant === 'relaxed' ? ' relaxed' : ''}${other}`;
    sections.set(name, [...(sections.get(name) ?? []), line]);
  }
  return [...sections];
}

/** @param {Line} machine */
function machineText({
  clock,
  date,
  processor,
  processors,
  memory,
  load,
  system,
  node,
  v8,
  version,
  commit,
}) {
  return `fovea ${version} (${commit}), ${date}. ${processor}; ${processors} processors, ${memory} GiB, ${system}; Node ${node} (V8 ${v8}). Load before the run: ${load}. One thread and the reproducible variant, unless it says otherwise; ${clock === 'cpu' ? 'processor time, but for threads and the browser' : 'wall time'}.`;
}

function versionsText(lines) {
  const versions = new Map();
  for (const line of lines)
    for (const [name, { version, browser }] of Object.entries(line.rivals ?? {}))
      if (version && name !== 'one-thread')
        versions.set(name, browser ? `${version} in Chromium ${browser}` : version);
  return `Against ${[...versions].map(([name, version]) => `${name} ${version}`).join(', ')}.`;
}

function summary(sections) {
  const rivals = [...new Set(sections.flatMap(([, own]) => rivalsOf(own)))].filter(
    (name) => name !== 'one-thread',
  );
  const rows = sections
    .filter(([name]) => name !== 'threads')
    .map(([name, own]) => [name, ...rivals.map((rival) => ratio(mean(own, rival)) || '–')]);
  return table([['suite', ...rivals], ...rows]);
}

function section(name, own, lines, pictures) {
  const [suite] = own.map((line) => line.suite);
  const extra = lines.filter((line) => line.suite === suite && line.value !== undefined);
  const relaxed = / relaxed\b/.test(name);
  const [, elsewhere] = / (Node \d+)$/.exec(name) ?? [];
  const text = [
    relaxed
      ? 'The variant `relaxed`, which may fuse multiplication and addition.'
      : (WHAT[name] ?? WHAT[suite]),
    elsewhere ? `Everybody in ${elsewhere}, whose V8 is another.` : '',
  ]
    .filter(Boolean)
    .join(' ');
  return [
    `## ${name[0].toUpperCase()}${name.slice(1)}`,
    text,
    comparison(own),
    ...(extra.length && !relaxed && !elsewhere ? [figures(extra)] : []),
    ...(pictures[name] ? [`![${name}](${pictures[name]})`] : []),
  ];
}

function memory(lines) {
  if (lines.length === 0) return 'Not measured in this run.';
  const rivals = rivalsOf(lines);
  const cell = (rival) => (rival ? `${rival.peak_mb} MB` : '–');
  return table([
    ['', 'fovea', 'of that, weights', ...rivals],
    ...lines.map((line) => [
      line.case,
      `${line.ours_mb} MB`,
      `${line.weights_mb} MB`,
      ...rivals.map((name) => cell(line.rivals[name])),
    ]),
  ]);
}

/** Every case that something else in WebAssembly does faster. */
function losses(sections) {
  const lost = sections
    .filter(([name]) => name !== 'threads')
    .flatMap(([name, own]) =>
      own.flatMap((line) =>
        Object.entries(line.ratio)
          .filter(([rival, value]) => rival !== NATIVE && value < 1)
          .map(([rival, value]) => `- ${name}, ${line.case}: ${rival} takes ${percent(value)} of our time`),
      ),
    );
  const native = sections.flatMap(([, own]) => own.filter((line) => line.ratio[NATIVE] < 1));
  const cases = sections.flatMap(([, own]) => own.filter((line) => line.ratio[NATIVE] !== undefined));
  return [
    lost.length ? lost.join('\n') : 'Nothing else in WebAssembly was faster in any case of this run.',
    cases.length
      ? `Native code was faster in ${native.length} of ${cases.length} cases: it has vectors of 256 bits and more, and fused multiply-adds.`
      : '',
  ]
    .filter(Boolean)
    .join('\n\n');
}

function failures(lines) {
  const failed = lines
    .filter((line) => line.failed)
    .map((line) => `- ${[line.suite, ...line.args].join(' ')} did not finish`);
  const rivals = lines.flatMap((line) =>
    Object.entries(line.rivals ?? {}).flatMap(([name, { error }]) =>
      error ? [`- ${line.suite}, ${line.case}: ${name} failed (${error})`] : [],
    ),
  );
  const unsteady = lines.flatMap((line) =>
    Object.entries(line.unsteady ?? {}).map(
      ([name, times]) =>
        `- ${line.suite}, ${line.case}: ${name} took ${times.toFixed(1)} times as long as in another process, each time it was measured`,
    ),
  );
  const all = [...failed, ...rivals, ...unsteady];
  return all.length ? `## What failed\n\n${all.join('\n')}` : '';
}
