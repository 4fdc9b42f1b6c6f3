// How a job is cut: every row of every unit is computed once, whoever takes the pieces.
import { describe, expect, test } from '@jest/globals';
import { CONTROL_BYTES, NEXT, THREADS, viewControl } from '../../src/runtime/control.js';
import { abandon, cut, type Strips, takePieces } from '../../src/runtime/pieces.js';

const BASE = [1000, 5000];
const BYTES = [12, 40];

/** A kernel's arguments: two operands, something else, the number of rows, and the range. */
const argsOf = (rows: number, begin: number, end: number): number[] => [...BASE, 7, rows, begin, end];
const strips = (rows: number): Strips => ({
  rows,
  at: 3,
  steps: [
    [0, BYTES[0]],
    [1, BYTES[1]],
  ],
});

interface Piece {
  row: number;
  rows: number;
  begin: number;
  end: number;
}

/** What the kernel is asked for by threads that take turns: a new thread for every piece. */
function pieces(args: number[], granule: number, threads: number, cutting: Strips | null): Piece[] {
  const { words } = viewControl(new SharedArrayBuffer(CONTROL_BYTES));
  words[THREADS] = threads;
  cut(words, args, granule, cutting);
  const seen: Piece[] = [];
  const take = (depth: number): void => {
    takePieces(
      words,
      (a, b, other, rows, begin, end) => {
        const row = (a - BASE[0]) / BYTES[0];
        expect([b, other]).toEqual([BASE[1] + row * BYTES[1], 7]);
        seen.push({ row, rows, begin, end });
        // Another thread goes on in the middle of this one's piece.
        if (depth < threads) take(depth + 1);
      },
      [...args],
    );
  };
  take(1);
  return seen;
}

const ROWS = [1, 127, 128, 129, 256, 300, 640];
const RANGES: readonly [number, number][] = [
  [0, 1],
  [0, 7],
  [3, 36],
  [5, 6],
];

describe.each([1, 2, 3])('%i threads', (threads) => {
  test.each(ROWS)('every unit of each of %i rows once, in strips of 128', (rows) => {
    for (const [begin, end] of RANGES)
      for (const granule of [1, 2, 5]) {
        const times = new Map<string, number>();
        for (const piece of pieces(argsOf(rows, begin, end), granule, threads, strips(128))) {
          expect(piece.row % 128).toBe(0);
          expect(piece.rows).toBe(Math.min(128, rows - piece.row));
          expect((piece.begin - begin) % granule).toBe(0);
          for (let unit = piece.begin; unit < piece.end; unit++) {
            const key = `${piece.row} ${unit}`;
            times.set(key, (times.get(key) ?? 0) + 1);
          }
        }
        expect([...times.values()].every((n) => n === 1)).toBe(true);
        expect(times.size).toBe(Math.ceil(rows / 128) * (end - begin));
      }
  });

  test('without strips the rows stay what they are', () => {
    const seen = pieces(argsOf(640, 3, 36), 2, threads, null);
    expect(seen.every(({ row, rows }) => row === 0 && rows === 640)).toBe(true);
    expect(seen.map(({ begin }) => begin)).toEqual([3, ...seen.slice(0, -1).map(({ end }) => end)]);
    expect(seen.at(-1)?.end).toBe(36);
  });
});

test('a job without strips after one with them', () => {
  const { words } = viewControl(new SharedArrayBuffer(CONTROL_BYTES));
  words[THREADS] = 2;
  cut(words, argsOf(300, 0, 2), 1, strips(128));
  words[NEXT] = 0;
  cut(words, argsOf(300, 4, 9), 1, null);
  const seen: number[][] = [];
  takePieces(words, (...args) => seen.push(args), argsOf(300, 4, 9));
  expect(seen.every(([a, , , rows]) => a === BASE[0] && rows === 300)).toBe(true);
  expect([seen[0][4], seen.at(-1)?.[5]]).toEqual([4, 9]);
});

test('of a job that is given up nothing more is taken', () => {
  const { words } = viewControl(new SharedArrayBuffer(CONTROL_BYTES));
  words[THREADS] = 2;
  cut(words, argsOf(300, 0, 20), 1, strips(128));
  let calls = 0;
  takePieces(
    words,
    () => {
      calls++;
      abandon(words);
    },
    argsOf(300, 0, 20),
  );
  expect(calls).toBe(1);
});
