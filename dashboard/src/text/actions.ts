import type { Command } from '../api/client';
import type { Layer, Service } from '../api/types';
import { endOf, nounOf, uppermost, whatOf } from './said';
import { ago, clock, length } from './time';

const STATE = {
  drain: 'It leaves new answers, unless nothing else can serve; resolvers may hold it until their TTL is over.',
  down: 'It counts as down whatever its checks say. If its pool is no longer available, the service fails over.',
  up: 'It counts as up whatever its checks say, and may be answered though it fails.',
};
const DRILL =
  'For a time it is taken for down, though its checks go on. It ends by itself, after a restart too, and at once when a safety rule speaks against it because something else has failed.';

/** What a dialog says of a command. */
export interface Action {
  title: string;
  /** As in "Yes, drain". */
  verb: string;
  effect: string;
  /** Whether a reason must be given, may be, or has no place. */
  reason: 'needed' | 'possible' | 'none';
  timed: boolean;
  /** Whether there is nothing any more that it could be done to. */
  void: boolean;
}

/** By the service as it is seen. */
export function actionOf(command: Command, service: Service, now: number): Action {
  switch (command.kind) {
    case 'override':
      return explained(command.state, command.target, STATE[command.state]);
    case 'drill':
      return explained('drill', command.target, DRILL);
    case 'clear':
      return brief('clear', command.target, 'It follows its checks again.');
    case 'failback':
      return brief(
        'fail back',
        command.service,
        'New answers are those of the earliest pool that is available. Clients that hold the present answer move as its TTL ends.',
      );
    case 'approve':
      return approval(command.target, service, now);
    case 'end':
      return ending(command.target, service, now);
  }
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

function explained(verb: string, target: string, effect: string): Action {
  return { title: `${capital(verb)} ${target}?`, verb, effect, reason: 'needed', timed: true, void: false };
}

function brief(verb: string, target: string, effect: string): Action {
  return { ...explained(verb, target, effect), reason: 'possible', timed: false };
}

function plain(title: string, verb: string, effect: string): Action {
  return { title, verb, effect, reason: 'none', timed: false, void: false };
}

function approval(target: string, service: Service, now: number): Action {
  const layer = uppermost(service.overrides, target);
  if (!layer?.awaited) {
    const effect = 'Nothing waits for an approval there any more.';
    return { ...plain(`Approve what is asked for of ${target}?`, 'approve', effect), void: true };
  }
  const forced = layer.forced_past.length > 0 ? ` It was forced past the safety rule ${layer.forced_past.join(', ')}.` : '';
  return plain(
    `Approve the ${nounOf(layer)} of ${target}?`,
    'approve',
    `${layer.author} asked for “${whatOf(layer)}” ${ago(layer.since, now)}: ${layer.reason}. ` +
      `Once approved it is in force ${timesOf(layer, now)}.${forced} ` +
      `${layer.purpose === 'drill' ? DRILL : STATE[layer.state]} Whoever asked cannot approve it.`,
  );
}

/** One that begins at once lasts from its approval as long as was asked for. */
function timesOf(layer: Layer, now: number): string {
  if (layer.starts !== null) {
    const until = layer.expires ? ` until ${clock(layer.expires, now)}` : '';
    return `from ${clock(layer.starts, now)}${until}`;
  }
  return layer.expires
    ? `at once, for ${length((Date.parse(layer.expires) - Date.parse(layer.since)) / 1_000)}`
    : 'at once, until it is cleared';
}

function ending(target: string, service: Service, now: number): Action {
  const targets = service.overrides.find((each) => each.target === target);
  const [layer, below] = targets?.layers ?? [];
  const word = layer && endOf(layer, now);
  if (!layer || !word) {
    const effect = 'There is nothing to end any more.';
    return { ...plain(`End what is said of ${target}?`, 'end', effect), void: true };
  }
  const runs = word === 'End now';
  const after = below
    ? `What was said before is in force again: ${whatOf(below)} by ${below.author} (${below.reason}).`
    : 'It follows its checks again.';
  const verb = runs ? 'end' : word.toLowerCase();
  return plain(
    `${capital(verb)} the ${nounOf(layer)} of ${target}?`,
    verb,
    runs ? after : `It will not begin. ${layer.author} asked for it: ${layer.reason}.`,
  );
}
