import { expect, test } from 'vitest';
import type { Command } from '../api/client';
import type { Layer, Service } from '../api/types';
import { actionOf } from './actions';
import { changes } from './changes';
import { badgeOf, endOf, stageOf, waiting } from './said';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const TARGET = 'www.example.com/ams';

function layer(change: Partial<Layer>): Layer {
  return {
    state: 'drain',
    purpose: 'order',
    in_force: true,
    reason: 'new kernel',
    author: 'alice',
    since: '2026-11-22T11:50:00Z',
    starts: null,
    expires: null,
    awaited: false,
    lapses: null,
    approver: null,
    forced_past: [],
    ...change,
  };
}

const awaited: Partial<Layer> = { awaited: true, in_force: false, lapses: '2026-11-22T12:50:00Z' };
const planned: Partial<Layer> = { in_force: false, purpose: 'maintenance', starts: '2026-11-22T22:00:00Z' };
const drill: Partial<Layer> = { purpose: 'drill', state: 'down', expires: '2026-11-22T12:05:00Z' };

function service(...layers: Layer[]): Service {
  const endpoint = { name: 'web1', healthy: true, health_reason: '' };
  return {
    name: 'www.example.com',
    selections: [{ family: 'joint', status: 'SERVING', pool: 'ams', since: '1', reason: 'ams serves' }],
    pools: [{ name: 'ams', endpoints: [endpoint] }],
    overrides: layers.length > 0 ? [{ target: TARGET, layers }] : [],
  } as unknown as Service;
}

test.each([
  [awaited, 'awaited', 'waits for approval', 'Turn down'],
  [planned, 'planned', 'planned', 'Call off'],
  [{ starts: '2026-11-22T22:00:00Z', in_force: false }, 'planned', 'planned', 'Call off'],
  [drill, 'running', 'drill runs', 'End now'],
  [{}, 'running', 'in force', null],
  [{ in_force: false }, 'covered', 'below', null],
] as [Partial<Layer>, string, string, string | null][])('%o is %s', (change, stage, text, end) => {
  expect(stageOf(layer(change), NOW)).toBe(stage);
  expect(badgeOf(layer(change), NOW).text).toBe(text);
  expect(endOf(layer(change), NOW)).toBe(end);
});

test('only the uppermost waits', () => {
  const targets = [
    { target: 'a', layers: [layer(awaited), layer({})] },
    { target: 'b', layers: [layer({}), layer(awaited)] },
  ];
  expect(waiting(targets)).toBe(1);
});

test('an approval says who asked for what, and what will be', () => {
  const asked = layer({ ...awaited, expires: '2026-11-22T13:50:00Z', forced_past: ['one-site'] });
  const action = actionOf({ kind: 'approve', target: TARGET }, service(asked), NOW);
  expect(action.title).toBe('Approve the drain of www.example.com/ams?');
  expect(action.effect).toContain('alice asked for “drain” 10 min ago: new kernel.');
  expect(action.effect).toContain('at once, for 2 h.');
  expect(action.effect).toContain('forced past the safety rule one-site');
  expect(action).toMatchObject({ verb: 'approve', reason: 'none', timed: false, void: false });
});

test('what is gone can be neither approved nor ended', () => {
  for (const kind of ['approve', 'end'] as const) {
    expect(actionOf({ kind, target: TARGET }, service(), NOW).void).toBe(true);
    expect(actionOf({ kind, target: TARGET }, service(layer({})), NOW).void).toBe(true);
  }
});

test.each([
  [[layer(drill)], 'End the drill of', 'follows its checks'],
  [[layer(drill), layer({ in_force: false })], 'End the drill of', 'in force again: drain by alice'],
  [[layer(planned)], 'Call off the maintenance of', 'will not begin'],
  [[layer(awaited)], 'Turn down the drain of', 'will not begin'],
])('an end says what will be: %#', (layers, title, effect) => {
  const action = actionOf({ kind: 'end', target: TARGET }, service(...layers), NOW);
  expect(action.title).toContain(title);
  expect(action.effect).toContain(effect);
});

test.each([
  [{ kind: 'override', target: TARGET, state: 'drain' }, 'needed', true],
  [{ kind: 'drill', target: TARGET }, 'needed', true],
  [{ kind: 'clear', target: TARGET }, 'possible', false],
  [{ kind: 'failback', service: 'www.example.com' }, 'possible', false],
] as [Command, string, boolean][])('%o asks for what it needs', (command, reason, timed) => {
  expect(actionOf(command, service(), NOW)).toMatchObject({ reason, timed, void: false });
});

test('what changed meanwhile is told in words', () => {
  const before = service(layer(awaited));
  const over = structuredClone(service(layer({ approver: 'bob' })));
  Object.assign(over.selections[0]!, { pool: 'fra', reason: 'ams is not available' });
  Object.assign(over.pools[0]!.endpoints[0]!, { healthy: false, health_reason: 'an operator said drain' });
  expect(changes(before, over, NOW)).toEqual([
    'it is answered by fra instead of ams: ams is not available',
    'ams/web1 is unhealthy: an operator said drain',
    'www.example.com/ams: bob approved what alice asked for: drain',
  ]);
});

test('what only one of both has is told', () => {
  const [without, said] = [service(), service(layer({}))];
  expect(changes(without, said, NOW)[0]).toBe(
    'www.example.com/ams: drain by alice (new kernel), until it is cleared',
  );
  expect(changes(said, without, NOW)[0]).toContain('nothing is said of www.example.com/ams any more');
  without.pools[0]!.endpoints = [];
  expect(changes(without, said, NOW)[0]).toBe('ams/web1 is new');
  expect(changes(said, without, NOW)[0]).toBe('ams/web1 is not there any more');
});

test('what came back is told too', () => {
  const back = structuredClone(service());
  back.selections[0]!.since = '2';
  expect(changes(service(), back, NOW)).toEqual(['it left ams and came back: ams serves']);
  back.selections[0]!.status = 'READY';
  expect(changes(service(), back, NOW)[0]).toContain('ready to fail back, and was serving');
  expect(changes(service(), service(), NOW)).toHaveLength(1);
});
