import { expect, test } from 'vitest';
import type { ServiceLine } from '../api/types';
import { found, levelOfLine, summary } from './services';

function line(change: Partial<ServiceLine>): ServiceLine {
  return {
    name: 'www.example.com',
    zone: 'example.com',
    status: 'SERVING',
    pool: 'ams',
    first_pool: 'ams',
    since: '2026-11-22T12:00:00Z',
    reason: '',
    pending: false,
    failback_at: null,
    endpoints: 2,
    healthy: 2,
    warned: 0,
    frozen: 0,
    overridden: 0,
    answers: [],
    destinations: ['192.0.2.10', '2001:db8::10'],
    ...change,
  };
}

test.each([
  [{}, 'ok'],
  [{ healthy: 1 }, 'note'],
  [{ pending: true }, 'note'],
  [{ status: 'FAILED_OVER' }, 'warn'],
  [{ status: 'LAST_RESORT' }, 'bad'],
] as [Partial<ServiceLine>, string][])('%o is %s', (change, level) => {
  expect(levelOfLine(line(change))).toBe(level);
});

test.each([
  ['EXAMPLE', 1],
  ['192.0.2.10', 1],
  ['db8::10 serving', 1],
  ['failed', 0],
  ['other', 0],
])('a search for %s finds %d', (search, count) => {
  expect(found([line({})], search, 'all')).toHaveLength(count);
});

test('what is worst comes first, then by name', () => {
  const lines = [line({ name: 'b' }), line({ name: 'a' }), line({ name: 'z', status: 'READY' })];
  expect(found(lines, '', 'all').map((each) => each.name)).toEqual(['z', 'a', 'b']);
  expect(found(lines, '', 'ready').map((each) => each.name)).toEqual(['z']);
});

test('the summary tells the worst and since when', () => {
  const over = line({ status: 'FAILED_OVER', since: '2026-11-22T11:00:00Z' });
  const ready = line({ status: 'READY', since: '2026-11-22T10:00:00Z' });
  const told = summary([over, ready, line({})], 3, 0, 1);
  expect(told.level).toBe('warn');
  expect(told.headline).toBe('2 services not on the first pool');
  expect(told.since).toBe('2026-11-22T10:00:00Z');
  expect(summary([line({})], 1, 1, 1).headline).toBe('An alarm is raised');
  expect(summary([line({})], 1, 0, 1).headline).toBe('A change waits for an approval');
  expect(summary([line({})], 1, 0, 0).level).toBe('ok');
  expect(summary([], 0, 0, 0).headline).toBe('No services are configured');
});

test('services that nothing serves come first, however old', () => {
  const over = line({ status: 'FAILED_OVER', since: '2026-11-22T11:00:00Z' });
  const lost = line({ name: 'lost', status: 'LAST_RESORT', since: '2026-11-22T09:00:00Z' });
  const told = summary([over, lost], 2, 0, 0);
  expect(told.level).toBe('bad');
  expect(told.headline).toBe('1 service answered by no available pool, 1 more not on the first pool');
  expect(told.wrong[0]?.name).toBe('lost');
});
