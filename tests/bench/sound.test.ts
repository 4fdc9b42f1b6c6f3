// A run in which V8 left somebody in the slow state must not be reported.
import { describe, expect, test } from '@jest/globals';
import type { Row } from '../../bench/contract.js';
import { jsonLine, table } from '../../bench/report.mjs';
import { judge } from '../../bench/sound/judge.mjs';
import { repeated } from '../../bench/sound/repeat.mjs';

function row(name: string, ours: number | null, rivals: Record<string, number | string>): Row {
  const timing = (ms: number) => ({ ms, runs: 5 });
  return {
    suite: 'encoder',
    case: name,
    variant: 'simd',
    threads: 1,
    flops: 1e9,
    ...(ours !== null && { ours: timing(ours) }),
    rivals: Object.fromEntries(
      Object.entries(rivals).map(([rival, ms]) => [
        rival,
        { version: '1', ...(typeof ms === 'number' ? timing(ms) : { error: ms }) },
      ]),
    ),
  };
}
// Times as they were measured on a day when it happened.
const good = [row('S16', 11, { web: 17, native: 5 }), row('S128', 68, { web: 112, native: 31 })];
const slow = [row('S16', 11.5, { web: 56, native: 5 }), row('S128', 66, { web: 447, native: 30 })];

describe('judge', () => {
  test('processes that agree: the first run is reported, and the witness never', () => {
    const witness = [row('S16', 10, { web: 18, native: 4 }), row('S128', 80, { web: 90, native: 33 })];
    expect(judge([good], witness)).toEqual({ rows: good, unsound: [] });
  });

  test('a rival in a bad state, told by the witness', () => {
    const { rows, unsound } = judge([slow], good);
    expect(unsound).toEqual(['S16', 'S128']);
    expect(rows[1]).toEqual({ ...slow[1], unsteady: { web: expect.closeTo(447 / 112, 5) } });
  });

  test('a witness in a bad state accuses nobody', () => {
    expect(judge([good], slow)).toEqual({ rows: good, unsound: [] });
  });

  test('so it is with fovea', () => {
    const ours = [row('S128', 300, { web: 112, native: 31 })];
    expect(judge([ours], good).rows[0].unsteady).toEqual({ fovea: expect.closeTo(300 / 68, 5) });
  });

  test('a later run of the same case takes the place of a bad one, the other cases stay', () => {
    const mixed = [good[0], slow[1]];
    const { rows, unsound } = judge([mixed, [good[1]]], slow);
    expect(unsound).toEqual([]);
    expect(rows).toEqual([good[0], good[1]]);
  });

  test('all bad: the least bad', () => {
    const worse = [row('S128', 70, { web: 600, native: 31 })];
    const { rows, unsound } = judge([worse, [slow[1]]], good);
    expect(unsound).toEqual(['S128']);
    expect(rows[0].rivals).toEqual(slow[1].rivals);
  });

  test('a busy machine slows everybody, up to a point', () => {
    const times = (factor: number) => [
      row('S128', 68 * factor, { web: 112 * factor * 1.2, native: 31 * factor }),
    ];
    expect(judge([times(1.6)], good).unsound).toEqual([]);
    expect(judge([times(2.5)], good).unsound).toEqual(['S128']);
  });

  test('alone: nobody tells weather from state, so twice is too slow', () => {
    const alone = (ms: number) => [row('S128', null, { web: ms })];
    expect(judge([alone(224)], alone(112)).unsound).toEqual([]);
    expect(judge([alone(225)], alone(112)).unsound).toEqual(['S128']);
  });

  test('a rival that fails has no state', () => {
    const failed = [row('S128', 68, { web: 'out of memory', native: 31 })];
    expect(judge([failed], good)).toEqual({ rows: failed, unsound: [] });
    expect(judge([good], failed)).toEqual({ rows: good, unsound: [] });
  });
});

describe('repeated', () => {
  /** Answers with these runs one after another and notes what was asked for. */
  function processes(...answers: Row[][]) {
    const asked: { share: number; cases?: string[] }[] = [];
    const measure = async (how: { share: number; cases?: string[] }): Promise<Row[]> => {
      asked.push(how);
      const rows = answers.shift() ?? [];
      return rows.filter((each) => !how.cases || how.cases.includes(each.case));
    };
    return { asked, measure };
  }
  const silent = (): void => {};

  test('two processes, when they agree', async () => {
    const { asked, measure } = processes(good, good);
    expect(await repeated(measure, silent)).toEqual(good);
    expect(asked).toEqual([{ share: 1 }, { share: 1 / 3 }]);
  });

  test('what was bad is measured again, and said', async () => {
    const { asked, measure } = processes([good[0], slow[1]], good, good);
    const said: string[] = [];
    expect(await repeated(measure, (text) => said.push(text))).toEqual(good);
    expect(asked).toEqual([{ share: 1 }, { share: 1 / 3 }, { share: 1, cases: ['S128'] }]);
    expect(said).toEqual(['S128: web took 4.0 times as long as in another process', 'measured again: S128']);
  });

  test('three runs at most; then the row says so, in JSON and in the table', async () => {
    const { asked, measure } = processes(slow, good, slow, slow, good);
    const rows = await repeated(measure, silent);
    expect(asked).toHaveLength(4);
    expect(JSON.parse(jsonLine(rows[1])).unsteady.web).toBeCloseTo(447 / 112);
    expect(table(rows)).toMatch(/unsteady: S128, web took 4.0 times as long/);
    expect(table(good)).not.toMatch(/unsteady/);
  });
});
