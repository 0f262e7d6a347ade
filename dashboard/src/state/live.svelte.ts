import { headers, overview, Problem, problemOf } from '../api/client';
import { EventParser } from '../api/stream';
import type { HistoryEvent, Overview, ServiceLine } from '../api/types';

const GATHER_MILLISECONDS = 250;
const WHOLE_MILLISECONDS = 60_000;
const SILENCE_MILLISECONDS = 40_000;
const RETRY_MAX_MILLISECONDS = 15_000;
const NAMES_MAX = 100;
const EVENTS_KEPT = 200;

export type Connection = 'connecting' | 'live' | 'lost' | 'paused';
type Listener = (event: HistoryEvent) => void;

/**
 * What the server tells, kept current: the overview is fetched whole now and then, and the services
 * that an event names at once. One stream for the page; none while the page is hidden, since
 * browsers allow few connections to a host.
 */
class Live {
  overview = $state.raw<Overview | null>(null);
  lines = $state.raw<ServiceLine[]>([]);
  total = $state(0);
  events = $state.raw<HistoryEvent[]>([]);
  connection = $state<Connection>('connecting');
  trouble = $state('');
  tokenWanted = $state(false);
  /** When something was heard of the server last, by this machine's clock. */
  heard = $state(0);
  /** The server's present time: its clock is the one that all moments are told by. */
  now = $state(Date.now());

  private ahead = 0;
  private byName = new Map<string, ServiceLine>();
  private lastId = '';
  private retry = 0;
  private changed = new Set<string>();
  private everything = false;
  private gathering: ReturnType<typeof setTimeout> | undefined;
  private whole: ReturnType<typeof setInterval> | undefined;
  private stop: AbortController | undefined;
  private listeners = new Set<Listener>();

  start() {
    setInterval(() => (this.now = Date.now() + this.ahead), 1_000);
    document.addEventListener('visibilitychange', () => this.turn());
    this.turn();
  }

  /** Tells of each event until the returned function is called. */
  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Begins anew at once, as after a token was given. */
  again() {
    this.stop?.abort();
    this.retry = 0;
    this.tokenWanted = false;
    this.turn();
  }

  async refresh(names: string[] = []) {
    try {
      this.take(await overview(names), names);
    } catch (failure) {
      this.failed(failure);
    }
  }

  private turn() {
    clearInterval(this.whole);
    if (document.hidden) {
      this.stop?.abort();
      this.connection = 'paused';
      return;
    }
    this.whole = setInterval(() => void this.refresh(), WHOLE_MILLISECONDS);
    void this.follow();
  }

  private async follow() {
    this.stop?.abort();
    const stop = new AbortController();
    this.stop = stop;
    while (!stop.signal.aborted) {
      await this.session(stop.signal);
      if (stop.signal.aborted || this.tokenWanted) return;
      this.connection = 'lost';
      this.retry = Math.min(RETRY_MAX_MILLISECONDS, this.retry * 2 || 1_000);
      await new Promise((resolve) => setTimeout(resolve, this.retry * (0.75 + Math.random() / 2)));
    }
  }

  /** One connection, from its beginning to its end. */
  private async session(stopped: AbortSignal) {
    const silence = new AbortController();
    let watch = setTimeout(() => silence.abort(), SILENCE_MILLISECONDS);
    try {
      const response = await fetch('/api/v1/events', {
        headers: headers({
          Accept: 'text/event-stream',
          ...(this.lastId && { 'Last-Event-ID': this.lastId }),
        }),
        signal: AbortSignal.any([stopped, silence.signal]),
      });
      if (!response.ok || !response.body) throw await problemOf(response);
      // What happened while nobody listened is in the overview.
      await this.refresh();
      this.connection = 'live';
      this.trouble = '';
      this.retry = 0;
      const parser = new EventParser();
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        clearTimeout(watch);
        watch = setTimeout(() => silence.abort(), SILENCE_MILLISECONDS);
        this.heard = Date.now();
        for (const event of parser.push(value)) {
          if (event.id) this.lastId = event.id;
          // What came before a gap is in the overview, which was fetched anew.
          if (event.event !== 'gap') this.happened(JSON.parse(event.data) as HistoryEvent);
        }
      }
    } catch (failure) {
      if (!stopped.aborted) this.failed(failure);
    } finally {
      clearTimeout(watch);
    }
  }

  private happened(event: HistoryEvent) {
    this.events = [event, ...this.events].slice(0, EVENTS_KEPT);
    this.listeners.forEach((listener) => listener(event));
    if (event.service) this.changed.add(event.service);
    else this.everything = true;
    this.gathering ??= setTimeout(() => {
      const names = [...this.changed];
      const all = this.everything || names.length > NAMES_MAX;
      this.gathering = undefined;
      this.changed.clear();
      this.everything = false;
      void this.refresh(all ? [] : names);
    }, GATHER_MILLISECONDS);
  }

  private take(next: Overview, names: string[]) {
    this.heard = Date.now();
    this.ahead = Date.parse(next.at) - this.heard;
    this.now = this.heard + this.ahead;
    this.overview = next;
    if (names.length === 0) {
      this.byName = new Map(next.services.map((line) => [line.name, line]));
    } else {
      names.forEach((name) => this.byName.delete(name));
      next.services.forEach((line) => this.byName.set(line.name, line));
    }
    this.total = next.total ?? this.total;
    this.lines = [...this.byName.values()];
  }

  private failed(failure: unknown) {
    this.trouble = failure instanceof Error ? failure.message : String(failure);
    if (failure instanceof Problem && failure.status === 401) {
      this.tokenWanted = true;
      this.stop?.abort();
    }
    this.connection = 'lost';
  }
}

export const live = new Live();
