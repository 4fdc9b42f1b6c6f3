// Philox4x32-10 (Salmon et al. 2011) in big integers: the readable specification.
const MASK = 0xffffffffn;

/** One block: counter and key as 32-bit words, lowest first. */
export function philoxBlock(counter: readonly number[], key: readonly number[]): number[] {
  let [c0, c1, c2, c3] = counter.map(BigInt);
  let [k0, k1] = key.map(BigInt);
  for (let round = 0; round < 10; round++) {
    const a = 0xd2511f53n * c0;
    const b = 0xcd9e8d57n * c2;
    [c0, c1, c2, c3] = [(b >> 32n) ^ c1 ^ k0, b & MASK, (a >> 32n) ^ c3 ^ k1, a & MASK];
    k0 = (k0 + 0x9e3779b9n) & MASK;
    k1 = (k1 + 0xbb67ae85n) & MASK;
  }
  return [c0, c1, c2, c3].map(Number);
}

/** The words at positions from, from + 1, ... of the stream of a seed. */
export function philoxWords(seed: number, from: number, n: number): number[] {
  const split = (x: number): number[] => [x % 2 ** 32, Math.floor(x / 2 ** 32)];
  const words: number[] = [];
  for (let p = from; p < from + n; p++)
    words.push(philoxBlock([...split(Math.floor(p / 4)), 0, 0], split(seed))[p % 4]);
  return words;
}
