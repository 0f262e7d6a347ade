import type { TrendLine, Trends, VantageTrends } from '../api/types';

/** One check of one endpoint, as each vantage sees it. */
export interface Compared {
  key: string;
  pool: string;
  endpoint: string;
  check: string;
  cells: { vantage: VantageTrends; line: TrendLine | null }[];
  /** The longest time and the most failures of any vantage, so that plots compare. */
  most: { milliseconds: number; perMinute: number };
}

const HOUR_SECONDS = 3_600;

/** Lines that differ in nothing but the vantage, side by side: first what fails at some vantage, then as they are told. */
export function compare(trends: Trends): Compared[] {
  const found = new Map<string, Compared>();
  for (const vantage of trends.vantages) {
    for (const line of vantage.lines) {
      const key = JSON.stringify([line.pool, line.endpoint, line.check]);
      if (!found.has(key)) {
        const { pool, endpoint, check } = line;
        const cells = trends.vantages.map((each) => ({ vantage: each, line: null as TrendLine | null }));
        found.set(key, { key, pool, endpoint, check, cells, most: { milliseconds: 1, perMinute: 3 } });
      }
      const compared = found.get(key)!;
      compared.cells.find((cell) => cell.vantage === vantage)!.line = line;
      for (const value of line.max_milliseconds) compared.most.milliseconds = Math.max(compared.most.milliseconds, value);
      for (const value of [...perMinute(line, line.failed), ...perMinute(line, line.degraded)]) {
        compared.most.perMinute = Math.max(compared.most.perMinute, value);
      }
    }
  }
  const fails = (compared: Compared) => compared.cells.some((cell) => cell.line?.last_probes[0]?.passed === false);
  const all = [...found.values()];
  return [...all.filter(fails), ...all.filter((compared) => !fails(compared))];
}

/** Steps differ in length from vantage to vantage, so counts are told for a minute. */
export function perMinute(line: TrendLine, counts: number[]): number[] {
  return counts.map((count) => (count * 60) / Math.max(1, line.step_seconds));
}

/** The same hour for every plot, by the clock of the node that was asked. */
export function hourOf(trends: Trends): [number, number] {
  const end = Date.parse(trends.at) / 1_000;
  return [end - HOUR_SECONDS, end];
}

/** What is said of a vantage that has no results of a check. */
export function silence(vantage: VantageTrends): string {
  if (vantage.why) return vantage.why;
  return vantage.left_out > 0 ? `it told of this no more: ${vantage.left_out} checks did not fit` : 'it has no results of this';
}
