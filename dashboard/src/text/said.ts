import type { Layer, Target } from '../api/types';
import type { Level } from './services';
import { clock, length } from './time';

/** How far a thing that was said has come. */
export type Stage = 'awaited' | 'planned' | 'running' | 'covered';

export function stageOf(layer: Layer, now: number): Stage {
  if (layer.awaited) return 'awaited';
  if (layer.starts !== null && Date.parse(layer.starts) > now) return 'planned';
  return layer.in_force ? 'running' : 'covered';
}

/** What it is in a word: `drill`, `maintenance`, or what was ordered. */
export const nounOf = ({ purpose, state }: Layer) => (purpose === 'order' ? state : purpose);

/** The same with what the target counts as. */
export const whatOf = ({ purpose, state }: Layer) => (purpose === 'order' ? state : `${purpose}: ${state}`);

export function whenOf(layer: Layer, now: number): string {
  switch (stageOf(layer, now)) {
    case 'awaited':
      return `waits for an approval until ${clock(layer.lapses ?? layer.since, now)}`;
    case 'planned': {
      const ends = layer.expires ? `, ends ${clock(layer.expires, now)}` : '';
      return `begins ${clock(layer.starts ?? layer.since, now)}${ends}`;
    }
    case 'running':
      return layer.expires
        ? `until ${clock(layer.expires, now)}, ${length((Date.parse(layer.expires) - now) / 1_000)} more`
        : 'until it is cleared';
    case 'covered':
      return 'in force again when what lies over it ends';
  }
}

/** It all in a line. */
export function lineOf(layer: Layer, now: number): string {
  const approved = layer.approver ? `, approved by ${layer.approver}` : '';
  return `${whatOf(layer)} by ${layer.author} (${layer.reason})${approved}, ${whenOf(layer, now)}`;
}

export function badgeOf(layer: Layer, now: number): { level: Level; text: string } {
  switch (stageOf(layer, now)) {
    case 'awaited':
      return { level: 'warn', text: 'waits for approval' };
    case 'planned':
      return { level: 'note', text: 'planned' };
    case 'running':
      return { level: 'note', text: layer.purpose === 'order' ? 'in force' : `${layer.purpose} runs` };
    case 'covered':
      return { level: 'ok', text: 'below' };
  }
}

/** How an operator takes it off; null where it must be cleared, since safety rules have a say in that. */
export function endOf(layer: Layer, now: number): string | null {
  switch (stageOf(layer, now)) {
    case 'awaited':
      return 'Turn down';
    case 'planned':
      return 'Call off';
    default:
      return layer.purpose === 'order' ? null : 'End now';
  }
}

export const serviceOf = ({ target }: Target) => target.split('/', 1)[0] ?? target;

/** How many of them wait for an approval. */
export const waiting = (targets: Target[]) => targets.filter((each) => each.layers[0]?.awaited).length;

export const uppermost = (targets: Target[], target: string): Layer | undefined =>
  targets.find((each) => each.target === target)?.layers[0];
