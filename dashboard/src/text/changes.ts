import type { Layer, Selection, Service, Target } from '../api/types';
import { lineOf, whatOf } from './said';
import { STATUS_TEXT } from './services';

/** What is decided otherwise of a service than it was seen, in words; at least one sentence. */
export function changes(before: Service, after: Service, now: number): string[] {
  const found = [
    ...after.selections.flatMap((selection) => ofSelection(before, selection)),
    ...ofEndpoints(before, after),
    ...ofOverrides(before.overrides, after.overrides, now),
  ];
  return found.length > 0 ? found : ['Something was decided, and looks as before again.'];
}

function ofSelection(before: Service, after: Selection): string[] {
  const was = before.selections.find((each) => each.family === after.family);
  const family = after.family === 'joint' ? '' : `${after.family}: `;
  const answered = after.pool ?? 'no pool';
  if (was?.pool !== after.pool) {
    return [`${family}it is answered by ${answered} instead of ${was?.pool ?? 'no pool'}: ${after.reason}`];
  }
  if (was.status !== after.status) {
    return [`${family}it is ${STATUS_TEXT[after.status]}, and was ${STATUS_TEXT[was.status]}: ${after.reason}`];
  }
  return was.since === after.since ? [] : [`${family}it left ${answered} and came back: ${after.reason}`];
}

function ofEndpoints(before: Service, after: Service): string[] {
  const known = endpoints(before);
  const present = endpoints(after);
  const gone = [...known.keys()].filter((name) => !present.has(name)).map((name) => `${name} is not there any more`);
  const others = [...present].flatMap(([name, endpoint]) => {
    const was = known.get(name);
    if (!was) return [`${name} is new`];
    const health = endpoint.healthy ? 'healthy' : 'unhealthy';
    return was.healthy === endpoint.healthy ? [] : [`${name} is ${health}: ${endpoint.health_reason}`];
  });
  return [...gone, ...others];
}

const endpoints = (service: Service) =>
  new Map(
    service.pools.flatMap((pool) => pool.endpoints.map((each) => [`${pool.name}/${each.name}`, each] as const)),
  );

function ofOverrides(before: Target[], after: Target[], now: number): string[] {
  const known = new Map(before.map((each) => [each.target, each.layers]));
  const present = new Map(after.map((each) => [each.target, each.layers]));
  return [...new Set([...known.keys(), ...present.keys()])].flatMap((target) => {
    const was = known.get(target) ?? [];
    const is = present.get(target) ?? [];
    return textOf(was) === textOf(is) ? [] : [ofLayers(target, was[0], is[0], now)];
  });
}

/** What is in force follows from the time alone. */
const textOf = (layers: Layer[]) => JSON.stringify(layers.map((layer) => ({ ...layer, in_force: null })));

function ofLayers(target: string, was: Layer | undefined, is: Layer | undefined, now: number): string {
  if (!is) return `nothing is said of ${target} any more; it was ${was ? whatOf(was) : 'nothing'}`;
  if (was?.awaited && !is.awaited && was.since === is.since) {
    return `${target}: ${is.approver ?? 'somebody'} approved what ${is.author} asked for: ${whatOf(is)}`;
  }
  return `${target}: ${lineOf(is, now)}`;
}
