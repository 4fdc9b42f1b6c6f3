/** Numbers to sort, and how to tell whether they were. */

/** Numbers are 0 ... 99, each a token of its own. */
export const NUMBERS = 100;

/**
 * `count` lists of `length` numbers, repeats allowed, with the places of each in ascending order: of equal numbers
 * the left one first.
 * @param {import('../../../dist/node.js').Generator} generator @param {number} count @param {number} length
 */
export function draw(generator, count, length) {
  const lists = Array.from({ length: count }, () =>
    Array.from({ length }, () => Math.floor(generator.uniform() * NUMBERS)),
  );
  return { lists, targets: lists.map(sorted) };
}

/** @param {readonly number[]} numbers the places in ascending order */
export function sorted(numbers) {
  return numbers.map((_, i) => i).sort((i, j) => numbers[i] - numbers[j] || i - j);
}

/** Whether an order of places sorts the numbers; which of two equal ones comes first does not matter. @param {readonly number[]} numbers @param {readonly number[]} order */
export function sorts(numbers, order) {
  return (
    new Set(order).size === numbers.length &&
    order.every((place, i) => i === 0 || numbers[order[i - 1]] <= numbers[place])
  );
}

/**
 * The share of lists that come out in order, of `count` new lists of each length.
 * @param {import('../../../dist/node.js').PointerModel} model
 * @param {import('../../../dist/node.js').Generator} generator of held-out lists
 * @param {readonly number[]} lengths @param {number} count @param {number} firstId token of 0
 * @returns {Record<string, number>} `exact at 10: 0.99`
 */
export function exactMatch(model, generator, lengths, count, firstId) {
  return Object.fromEntries(
    lengths.map((length) => {
      const { lists } = draw(generator, count, length);
      const answers = model.point(lists.map((list) => list.map((n) => n + firstId)));
      const right = lists.filter((list, i) => sorts(list, answers[i].order)).length;
      return [`exact at ${length}`, right / count];
    }),
  );
}
