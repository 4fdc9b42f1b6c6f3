// An order of byte strings in which each stands near what it is like, so that they compress well one behind another.
import { deflateRawSync } from 'node:zlib';

/** They are alike when they share runs of so many bytes, and are compared with so many before them. */
const RUN = 4;
const BACK = 4;
/** Then each is tried behind so many that it is most alike. */
const TRIES = 3;

/** @param {readonly Uint8Array[]} bodies @returns {number[]} their indices in that order */
export function alike(bodies) {
  const { size, common } = likeness(bodies);
  return improved(chain(bodies.length, size, common), bodies, size, common);
}

/** How many different runs each has, and how many two of them share. */
function likeness(bodies) {
  const runs = bodies.map((body) => {
    const set = new Set();
    for (let i = 0; i + RUN <= body.length; i++)
      set.add(body[i] | (body[i + 1] << 8) | (body[i + 2] << 16) | (body[i + 3] << 24));
    return set;
  });
  const shared = bodies.map(() => new Uint32Array(bodies.length));
  for (const [a, some] of runs.entries())
    for (let b = 0; b < a; b++) {
      const [few, many] = some.size < runs[b].size ? [some, runs[b]] : [runs[b], some];
      for (const run of few) if (many.has(run)) shared[a][b]++;
      shared[b][a] = shared[a][b];
    }
  return { size: (i) => runs[i].size + 1, common: (a, b) => shared[a][b] };
}

/** After the largest, whatever shares most with the last ones for its size. */
function chain(count, size, common) {
  const left = new Set(Array(count).keys());
  const order = [];
  for (let next = largest(left, size); next !== undefined; ) {
    order.push(next);
    left.delete(next);
    const last = order.slice(-BACK);
    next = largest(left, (i) => last.reduce((n, j) => n + common(i, j), 0) ** 3 / size(i));
  }
  return order;
}

/** One after another, the longest first, goes to where it compresses better, if there is such a place. */
function improved(order, bodies, size, common) {
  const packed = (o) => deflateRawSync(Buffer.concat(o.map((i) => bodies[i])), { level: 6 }).length;
  let best = packed(order);
  for (const i of order.toSorted((a, b) => bodies[b].length - bodies[a].length)) {
    const others = new Set(order);
    others.delete(i);
    for (let tries = 0; tries < TRIES && others.size > 0; tries++) {
      const beside = largest(others, (j) => common(i, j) ** 2 / size(j));
      others.delete(beside);
      const moved = order.filter((j) => j !== i);
      moved.splice(moved.indexOf(beside) + 1, 0, i);
      const bytes = packed(moved);
      if (bytes < best) [best, order] = [bytes, moved];
    }
  }
  return order;
}

/** The item of which `of` is largest, the first if there are several. */
function largest(set, of) {
  let best;
  let most = -1;
  for (const item of set) {
    const value = of(item);
    if (value > most) {
      best = item;
      most = value;
    }
  }
  return best;
}
