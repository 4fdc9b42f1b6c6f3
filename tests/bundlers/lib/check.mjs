// What a page said, compared with Node: lists of what is wrong.

/** @param {object} page what app/main.js promised @param {object} node the same of app/node.mjs */
export function wrongBits(page, node) {
  return ['one', 'threads'].flatMap((name) =>
    page[name].digest === node.one.digest ? [] : [`${name}: ${page[name].digest} is not ${node.one.digest}`],
  );
}

/**
 * Threads: as many as asked for where the page is isolated, else one and the reason.
 * @param {object} page
 * @param {{ wanted: number, reason?: string }} expected
 */
export function wrongThreads({ isolated, threads }, { wanted, reason }) {
  if (threads.threads !== wanted)
    return [`isolated ${isolated}: ${threads.threads} threads, ${threads.threadsReason}`];
  return wanted === 1 && !threads.threadsReason?.includes(reason)
    ? [`the reason for one thread should be ${reason}, it is ${threads.threadsReason}`]
    : [];
}

/**
 * The model in a worker: the same but for the number of threads, or where it cannot start, an error that says so.
 * @param {object} page
 * @param {object} node
 * @param {{ threads: number, error?: string }} expected
 */
export function wrongWorker({ worker }, { worker: node }, { threads, error }) {
  if (error)
    return String(worker).includes(error) ? [] : [`worker: ${JSON.stringify(worker)} instead of an error`];
  if (typeof worker === 'string') return [`worker: ${worker}`];
  const want = { ...node, threads };
  return Object.keys(want)
    .filter((key) => worker[key] !== want[key])
    .map((key) => `worker: ${key} is ${worker[key]}, not ${want[key]}`);
}
