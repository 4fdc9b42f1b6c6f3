import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { StopStrings } from '../../src/generate/stop.js';

/** What comes out for a text in pieces, and whether it was stopped. */
function run(stops: readonly string[], pieces: readonly string[]): { pieces: string[]; stopped: boolean } {
  const stop = new StopStrings(stops);
  const out: string[] = [];
  for (const piece of pieces) {
    const { text, stopped } = stop.push(piece);
    out.push(text);
    if (stopped) return { pieces: out, stopped };
  }
  return { pieces: [...out, stop.flush()], stopped: false };
}

describe('stop strings', () => {
  test('text passes at once where nothing begins a stop string', () => {
    expect(run(['###'], ['Hello', ' world'])).toEqual({ pieces: ['Hello', ' world', ''], stopped: false });
    expect(run([], ['a', 'b'])).toEqual({ pieces: ['a', 'b', ''], stopped: false });
  });

  test('what may begin one is held back, and given out when it does not', () => {
    expect(run(['###'], ['a#', '#', 'b'])).toEqual({ pieces: ['a', '', '##b', ''], stopped: false });
    expect(run(['###'], ['a##'])).toEqual({ pieces: ['a', '##'], stopped: false });
  });

  test('found across pieces, and in the middle of one', () => {
    expect(run(['###'], ['a#', '#', '#b'])).toEqual({ pieces: ['a', '', ''], stopped: true });
    expect(run(['\n\n'], ['one\n\ntwo'])).toEqual({ pieces: ['one'], stopped: true });
  });

  test('a beginning that overlaps itself', () => {
    expect(run(['aab'], ['a', 'a', 'a', 'b']).pieces.join('')).toBe('a');
  });

  test('the one that is complete first wins, however the text is cut', () => {
    expect(run(['abcd', 'bc'], ['abcd'])).toEqual({ pieces: ['a'], stopped: true });
    expect(run(['abcd', 'bc'], ['a', 'b', 'c', 'd']).pieces.join('')).toBe('a');
  });

  test('any cut of any text gives the same as the text character by character', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '\n'), maxLength: 12 });
    const stops = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '\n'), minLength: 1, maxLength: 4 }), {
      maxLength: 3,
    });
    fc.assert(
      fc.property(fc.array(letters), stops, (pieces, list) => {
        const whole = pieces.join('');
        // By definition: the shortest beginning that ends with a stop string.
        let want = whole;
        for (let n = 1; n <= whole.length; n++) {
          const stop = list
            .filter((s) => whole.slice(0, n).endsWith(s))
            .sort((a, b) => b.length - a.length)[0];
          if (stop === undefined) continue;
          want = whole.slice(0, n - stop.length);
          break;
        }
        expect(run(list, pieces).pieces.join('')).toBe(want);
      }),
    );
  });
});
