import { describe, expect, it } from 'vitest';
import type { TrendLine, Trends, VantageTrends } from '../api/types';
import { compare, hourOf, silence } from './trends';

const line = (endpoint: string, longest: number, failed = 0): TrendLine => ({
  pool: 'ams', endpoint, check: 'http', step_seconds: 10, begin: [1], passed: [1], degraded: [0], failed: [failed],
  mean_milliseconds: [longest / 2], max_milliseconds: [longest], last_probes: [],
});

const vantage = (name: string, lines: TrendLine[], change: Partial<VantageTrends> = {}): VantageTrends => ({
  name, region: 'eu', own: false, presence: 'PRESENT', at: null, age_seconds: null, why: '', left_out: 0, lines, ...change,
});

const trends = (...vantages: VantageTrends[]): Trends => ({
  service: 'www', node: 'ams1', at: '2030-01-01T01:00:00Z', trouble: null, vantages,
});

describe('trends of several vantages', () => {
  it('puts what they say of one check side by side, with one scale', () => {
    const compared = compare(trends(vantage('ams1', [line('a', 20), line('b', 5)]), vantage('fra1', [line('a', 90, 7)])));

    expect(compared.map((each) => each.endpoint)).toEqual(['a', 'b']);
    expect(compared[0]!.cells.map((cell) => cell.line?.max_milliseconds[0])).toEqual([20, 90]);
    expect(compared[0]!.most).toEqual({ milliseconds: 90, perMinute: 42 });
    expect(compared[1]!.cells.map((cell) => cell.line === null)).toEqual([false, true]);
  });

  it('shows what another vantage alone knows', () => {
    const compared = compare(trends(vantage('ams1', []), vantage('fra1', [line('a', 1)])));

    expect(compared[0]!.cells[0]!.line).toBeNull();
    expect(compared[0]!.cells[1]!.line).not.toBeNull();
  });

  it('shows first what fails at any vantage', () => {
    const failed = { at: '2030-01-01T00:59:59Z', passed: false, degraded: false, detail: 'refused', milliseconds: 1 };
    const compared = compare(
      trends(vantage('ams1', [line('a', 1), line('b', 1)]), vantage('fra1', [line('a', 1), { ...line('b', 1), last_probes: [failed] }])),
    );

    expect(compared.map((each) => each.endpoint)).toEqual(['b', 'a']);
  });

  it('is of the same hour at all of them', () => {
    const [from, to] = hourOf(trends());

    expect(to).toBe(Date.parse('2030-01-01T01:00:00Z') / 1_000);
    expect(to - from).toBe(3_600);
  });

  it('says why there is nothing', () => {
    expect(silence(vantage('fra1', [], { why: 'it is absent' }))).toBe('it is absent');
    expect(silence(vantage('fra1', [], { left_out: 4 }))).toContain('4 checks did not fit');
    expect(silence(vantage('fra1', []))).toBe('it has no results of this');
  });
});
