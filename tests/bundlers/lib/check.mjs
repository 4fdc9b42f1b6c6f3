// What a page said, compared with Node: a list of what is wrong.

/** @param {object} page what app/main.js promised @param {{digest: string}} want what Node said */
export function wrongBits(page, want) {
  return Object.entries(page).flatMap(([name, part]) =>
    part?.digest && part.digest !== want.digest ? [`${name}: ${part.digest} is not ${want.digest}`] : [],
  );
}

/** Threads: as many as asked for where the page is isolated, else one and the reason. */
export function wrongThreads({ isolated, threads }, { wanted, reason }) {
  if (threads.threads !== wanted)
    return [`isolated ${isolated}: ${threads.threads} threads, ${threads.threadsReason}`];
  return wanted === 1 && !threads.threadsReason?.includes(reason)
    ? [`the reason for one thread should be ${reason}, it is ${threads.threadsReason}`]
    : [];
}
