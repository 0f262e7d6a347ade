import type { Cluster, Explanation, History, Overview, Service, Trends } from './types';

/** A request that the server refused, in its own words. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    detail: string,
    readonly field: string | null,
  ) {
    super(detail);
  }
}

const TOKEN = 'detour-token';
const PATIENCE_MILLISECONDS = 15_000;

/** The token of this browser session; it is never kept longer. */
export const token = {
  get: () => sessionStorage.getItem(TOKEN),
  set: (value: string) => sessionStorage.setItem(TOKEN, value),
};

export function headers(more: Record<string, string> = {}): Record<string, string> {
  const present = token.get();
  return present ? { ...more, Authorization: `Bearer ${present}` } : more;
}

async function ask<T>(method: string, path: string, body?: unknown, author?: string): Promise<T> {
  const more: Record<string, string> = { Accept: 'application/json' };
  if (method !== 'GET') {
    more['Content-Type'] = 'application/json';
  }
  if (author) {
    more['Detour-Author'] = author;
  }
  const response = await fetch(path, {
    method,
    headers: headers(more),
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
  });
  if (!response.ok) {
    throw await problemOf(response);
  }
  return (await response.json()) as T;
}

export async function problemOf(response: Response): Promise<Problem> {
  try {
    const problem = (await response.json()) as { detail?: string; field?: string | null };
    return new Problem(
      response.status,
      problem.detail ?? response.statusText,
      problem.field ?? null,
    );
  } catch {
    return new Problem(response.status, `the server answered ${response.status}`, null);
  }
}

const api = '/api/v1';
const part = encodeURIComponent;

export const overview = (names: string[] = []) =>
  ask<Overview>('GET', `${api}/overview${names.length ? `?names=${part(names.join(','))}` : ''}`);
export const service = (name: string) => ask<Service>('GET', `${api}/services/${part(name)}`);
export const trends = (name: string) => ask<Trends>('GET', `${api}/services/${part(name)}/trends`);
export const cluster = () => ask<Cluster>('GET', `${api}/cluster`);

export function history(of: string | null, before: number | null, limit: number) {
  const query = new URLSearchParams({ limit: String(limit) });
  if (of) query.set('service', of);
  if (before) query.set('before', String(before));
  return ask<History>('GET', `${api}/history?${query}`);
}

export function explain(name: string, type: string, client: string) {
  const query = new URLSearchParams({ name, type });
  if (client) query.set('client', client);
  return ask<Explanation>('GET', `${api}/explain?${query}`);
}

export type Command =
  | { kind: 'override'; target: string; state: 'drain' | 'down' | 'up' }
  | { kind: 'drill'; target: string }
  | { kind: 'clear'; target: string }
  | { kind: 'failback'; service: string };

/** What an operator says with a command. */
export interface Said {
  reason: string;
  /** How long, as `15m`; empty for until it is cleared. */
  lasts: string;
  author: string;
  /** Whether it is done though a safety rule forbids it. */
  force: boolean;
}

/** Whether a refusal is that of a safety rule, which an operator may overrule. */
export const isOverrulable = (failure: unknown) =>
  failure instanceof Problem && failure.status === 409 && failure.message.startsWith('the safety rule ');

/** Carries a command out; the answer says what was done. */
export async function carryOut(command: Command, said: Said): Promise<string> {
  const { reason, lasts, author, force } = said;
  const done = (() => {
    switch (command.kind) {
      case 'override': {
        const { target, state } = command;
        const body = { target, state, reason, for: lasts || null, force };
        return ask<{ done: string }>('POST', `${api}/overrides`, body, author);
      }
      case 'drill': {
        const body = { target: command.target, state: 'down', purpose: 'drill', reason, for: lasts, force };
        return ask<{ done: string }>('POST', `${api}/overrides`, body, author);
      }
      case 'clear': {
        const query = new URLSearchParams({ target: command.target });
        if (reason) query.set('reason', reason);
        if (force) query.set('force', 'true');
        return ask<{ done: string }>('DELETE', `${api}/overrides?${query}`, undefined, author);
      }
      case 'failback':
        return ask<{ done: string }>('POST', `${api}/failback`, { service: command.service, reason: reason || null }, author);
    }
  })();
  return (await done).done;
}
