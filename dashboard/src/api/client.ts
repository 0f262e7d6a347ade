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

interface Options {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

async function send(path: string, options: Options = {}): Promise<Response> {
  const response = await fetch(path, {
    ...options,
    headers: headers({ Accept: 'application/json', ...options.headers }),
    signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
  });
  if (!response.ok) {
    throw await problemOf(response);
  }
  return response;
}

const ask = async <T>(path: string) => (await (await send(path)).json()) as T;

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

/** A service as it was seen, and by what the server knows whether it is decided otherwise since. */
export interface Seen {
  service: Service;
  version: string | null;
}

export async function service(name: string): Promise<Seen> {
  const response = await send(`${api}/services/${part(name)}`);
  // A proxy that compresses makes the tag a weak one, which a server must not compare.
  const version = response.headers.get('ETag')?.replace(/^W\//, '') ?? null;
  return { service: (await response.json()) as Service, version };
}

export const overview = (names: string[] = []) =>
  ask<Overview>(`${api}/overview${names.length ? `?names=${part(names.join(','))}` : ''}`);
export const trends = (name: string) => ask<Trends>(`${api}/services/${part(name)}/trends`);
export const cluster = () => ask<Cluster>(`${api}/cluster`);

export function history(of: string | null, before: number | null, limit: number) {
  const query = new URLSearchParams({ limit: String(limit) });
  if (of) query.set('service', of);
  if (before) query.set('before', String(before));
  return ask<History>(`${api}/history?${query}`);
}

export function explain(name: string, type: string, client: string) {
  const query = new URLSearchParams({ name, type });
  if (client) query.set('client', client);
  return ask<Explanation>(`${api}/explain?${query}`);
}

export type Command =
  | { kind: 'override'; target: string; state: 'drain' | 'down' | 'up' }
  | { kind: 'drill'; target: string }
  | { kind: 'clear'; target: string }
  | { kind: 'approve'; target: string }
  | { kind: 'end'; target: string }
  | { kind: 'failback'; service: string };

/** What an operator says with a command. */
export interface Said {
  reason: string;
  /** How long, as `15m`; empty for until it is cleared. */
  lasts: string;
  author: string;
  /** Whether it is done though a safety rule forbids it. */
  force: boolean;
  /** Of the service as the operator saw it: nothing is done if it is decided otherwise. */
  version: string | null;
}

/** Whether a refusal is that of a safety rule, which an operator may overrule. */
export const isOverrulable = (failure: unknown) =>
  failure instanceof Problem && failure.status === 409 && failure.message.startsWith('the safety rule ');

/** Whether nothing was done because the service is decided otherwise than the operator saw it. */
export const isOutdated = (failure: unknown) => failure instanceof Problem && failure.status === 412;

/** Carries a command out; the answer says what was done. */
export async function carryOut(command: Command, said: Said): Promise<string> {
  const { method, path, body } = request(command, said);
  const response = await send(`${api}${path}`, {
    method,
    headers: {
      'Content-Type': 'application/json',
      ...(said.author && { 'Detour-Author': said.author }),
      ...(said.version && { 'If-Match': said.version }),
    },
    body: body && JSON.stringify(body),
  });
  return ((await response.json()) as { done: string }).done;
}

function request(command: Command, { reason, lasts, force }: Said): { method: string; path: string; body?: object } {
  const post = (path: string, body: object) => ({ method: 'POST', path, body });
  switch (command.kind) {
    case 'override': {
      const { target, state } = command;
      return post('/overrides', { target, state, reason, for: lasts || null, force });
    }
    case 'drill': {
      const { target } = command;
      return post('/overrides', { target, state: 'down', purpose: 'drill', reason, for: lasts, force });
    }
    case 'clear': {
      const query = new URLSearchParams({ target: command.target });
      if (reason) query.set('reason', reason);
      if (force) query.set('force', 'true');
      return { method: 'DELETE', path: `/overrides?${query}` };
    }
    case 'approve':
      return post('/overrides/approve', { target: command.target, force });
    case 'end':
      return post('/overrides/end', { target: command.target });
    case 'failback':
      return post('/failback', { service: command.service, reason: reason || null });
  }
}
