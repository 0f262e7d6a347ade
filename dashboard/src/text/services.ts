import type { ServiceLine, Status } from '../api/types';

/** How bad a state is: `ok`, `note` (serving, but not all is well), `warn`, `bad`. */
export type Level = 'ok' | 'note' | 'warn' | 'bad';

const ORDER: Level[] = ['bad', 'warn', 'note', 'ok'];

export const STATUS_TEXT: Record<Status, string> = {
  SERVING: 'serving',
  FAILED_OVER: 'failed over',
  READY: 'ready to fail back',
  FAILING_BACK: 'failing back',
  FENCING: 'raising the fence',
  LAST_RESORT: 'last resort',
  NO_MEMBERS: 'no members',
};

export function levelOf(status: Status): Level {
  // While the fence is not up, what failed is still answered.
  if (status === 'LAST_RESORT' || status === 'FENCING') return 'bad';
  if (status === 'SERVING') return 'ok';
  return status === 'NO_MEMBERS' ? 'note' : 'warn';
}

export function levelOfLine(line: ServiceLine): Level {
  const level = levelOf(line.status);
  const blemished =
    line.healthy < line.endpoints || line.warned > 0 || line.frozen > 0 || line.pending;
  return level === 'ok' && blemished ? 'note' : level;
}

export type Filter = 'all' | 'wrong' | 'note' | 'ready' | 'overridden';

export const FILTERS: { filter: Filter; text: string }[] = [
  { filter: 'all', text: 'All' },
  { filter: 'wrong', text: 'Not on their first pool' },
  { filter: 'note', text: 'Something unhealthy' },
  { filter: 'ready', text: 'Waiting for approval' },
  { filter: 'overridden', text: 'Overridden' },
];

export function passes(line: ServiceLine, filter: Filter): boolean {
  switch (filter) {
    case 'all':
      return true;
    case 'wrong':
      return ['bad', 'warn'].includes(levelOf(line.status));
    case 'note':
      return levelOfLine(line) !== 'ok';
    case 'ready':
      return line.status === 'READY';
    case 'overridden':
      return line.overridden > 0;
  }
}

/** Every word must occur in the name, the zone, an address, the pool or the state. */
export function found(lines: ServiceLine[], search: string, filter: Filter): ServiceLine[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const matching = lines.filter(
    (line) => passes(line, filter) && words.every((word) => textOf(line).includes(word)),
  );
  return matching.sort(
    (one, other) =>
      ORDER.indexOf(levelOfLine(one)) - ORDER.indexOf(levelOfLine(other)) ||
      (one.name < other.name ? -1 : 1),
  );
}

const texts = new WeakMap<ServiceLine, string>();

function textOf(line: ServiceLine): string {
  let text = texts.get(line);
  if (text === undefined) {
    text = [line.name, line.pool ?? '', STATUS_TEXT[line.status], ...line.destinations]
      .join(' ')
      .toLowerCase();
    texts.set(line, text);
  }
  return text;
}

export interface Summary {
  level: Level;
  headline: string;
  since: string | null;
  wrong: ServiceLine[];
  blemished: number;
}

/** Is anything wrong, and since when? */
export function summary(lines: ServiceLine[], total: number, alarms: number, waiting: number): Summary {
  const wrong = lines
    .filter((line) => passes(line, 'wrong'))
    .sort(
      (one, other) =>
        ORDER.indexOf(levelOf(one.status)) - ORDER.indexOf(levelOf(other.status)) ||
        Date.parse(other.since) - Date.parse(one.since),
    );
  const bad = wrong.filter((line) => levelOf(line.status) === 'bad').length;
  const blemished = lines.filter((line) => levelOfLine(line) === 'note').length;
  const since = wrong.reduce<string | null>(
    (first, line) => (first === null || line.since < first ? line.since : first),
    null,
  );
  if (bad > 0) {
    const others = wrong.length - bad;
    const more = others > 0 ? `, ${others.toLocaleString('en')} more not on the first pool` : '';
    const headline = `${services(bad)} answered by no available pool${more}`;
    return { level: 'bad', headline, since, wrong, blemished };
  }
  if (wrong.length > 0) {
    const headline = `${services(wrong.length)} not on the first pool`;
    return { level: 'warn', headline, since, wrong, blemished };
  }
  if (alarms > 0) {
    return { level: 'warn', headline: 'An alarm is raised', since, wrong, blemished };
  }
  if (waiting > 0) {
    const headline = waiting === 1 ? 'A change waits for an approval' : `${waiting} changes wait for an approval`;
    return { level: 'warn', headline, since, wrong, blemished };
  }
  if (total === 0) {
    return { level: 'note', headline: 'No services are configured', since, wrong, blemished };
  }
  const all = total === 1 ? 'The service is served' : `All ${services(total)} are served`;
  const headline = `${all} by the first pool`;
  return { level: blemished > 0 ? 'note' : 'ok', headline, since, wrong, blemished };
}

export function services(count: number): string {
  return count === 1 ? '1 service' : `${count.toLocaleString('en')} services`;
}
