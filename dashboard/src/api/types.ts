/** What the API promises, as far as the page uses it. Times are ISO 8601. */

export type Status =
  | 'SERVING'
  | 'FAILED_OVER'
  | 'READY'
  | 'FAILING_BACK'
  | 'FENCING'
  | 'LAST_RESORT'
  | 'NO_MEMBERS';

export interface ServiceLine {
  name: string;
  zone: string;
  status: Status;
  pool: string | null;
  first_pool: string;
  since: string;
  reason: string;
  pending: boolean;
  failback_at: string | null;
  endpoints: number;
  healthy: number;
  warned: number;
  frozen: number;
  overridden: number;
  answers: string[];
  destinations: string[];
}

/** One thing that an operator said; the uppermost of a target's comes first. */
export interface Layer {
  state: 'up' | 'down' | 'drain';
  purpose: 'order' | 'drill' | 'maintenance';
  in_force: boolean;
  reason: string;
  author: string;
  since: string;
  starts: string | null;
  expires: string | null;
  awaited: boolean;
  /** When it is forgotten unless somebody approves it before. */
  lapses: string | null;
  approver: string | null;
  forced_past: string[];
}

export interface Target {
  target: string;
  layers: Layer[];
}

export interface Guard {
  impaired: boolean;
  since: string;
  finding: string;
  held: number;
  canaries: { check: string; health: string; detail: string }[];
}

export interface Vantage {
  name: string;
  region: string;
  own: boolean;
  presence: string;
  detail: string;
  opinions: number;
}

export interface Overview {
  node: string;
  version: string;
  started_at: string;
  at: string;
  epoch: number;
  /** Null when some were asked for by name. */
  total: number | null;
  services: ServiceLine[];
  alarms: string[];
  announced: Target[];
  guard: Guard | null;
  cluster: {
    reachable: boolean;
    current: string | null;
    stale: boolean;
    vantages: Vantage[];
  } | null;
}

export interface Selection {
  family: string;
  status: Status;
  pool: string | null;
  since: string;
  reason: string;
  ttl_seconds: number;
  pending: boolean;
  failback_at: string | null;
  answers: string[];
}

export interface Observation {
  at: string;
  passed: boolean;
  degraded: boolean;
  detail: string;
  milliseconds: number;
}

export interface Opinion {
  vantage: string;
  check: string;
  health: string;
  stale: boolean;
  pending: boolean;
  consecutive_passes: number;
  consecutive_failures: number;
  fall: number;
  rise_needed: number;
  since: string;
  last_observations: Observation[];
}

export interface Vote {
  vantage: string;
  region: string;
  presence: string;
  health: string;
  detail: string;
}

export interface Override {
  state: string;
  reason: string;
  author: string;
  since: string;
  expires: string | null;
}

export interface Endpoint {
  name: string;
  destination: string;
  weight: number;
  healthy: boolean;
  health_reason: string;
  answered: boolean;
  verdict: string;
  frozen: boolean;
  since: string;
  override: Override | null;
  warning: string | null;
  votes: Vote[];
  opinions: Opinion[];
  resolved: string[];
  last_handed_out: string | null;
  held_until: string | null;
}

export interface Pool {
  name: string;
  available: boolean;
  availability: string;
  available_since: string | null;
  endpoints: Endpoint[];
}

export interface Service {
  name: string;
  zone: string;
  failback: string;
  when_all_down: string;
  selections: Selection[];
  pools: Pool[];
  overrides: Target[];
  handed_out: { destination: string; last: string; ttl_seconds: number; held_until: string }[];
}

export interface TrendLine {
  pool: string;
  endpoint: string;
  check: string;
  step_seconds: number;
  begin: number[];
  passed: number[];
  degraded: number[];
  failed: number[];
  mean_milliseconds: number[];
  max_milliseconds: number[];
  last_probes: Observation[];
}

/** What a vantage told of its probes; times are by the clock of the node that was asked. */
export interface VantageTrends {
  name: string;
  region: string;
  own: boolean;
  presence: string;
  at: string | null;
  age_seconds: number | null;
  why: string;
  left_out: number;
  lines: TrendLine[];
}

export interface Trends {
  service: string;
  node: string;
  at: string;
  trouble: string | null;
  vantages: VantageTrends[];
}

export interface HistoryEvent {
  id: number;
  at: string;
  service: string | null;
  kind: string;
  subject: string;
  from: string;
  to: string;
  reason: string;
  author: string;
}

export interface History {
  events: HistoryEvent[];
  next_before: number | null;
}

export interface Explanation {
  question: { name: string; type: string; client: string | null };
  answer: {
    rcode: string;
    service: string | null;
    zone: string | null;
    extended_error: string | null;
    answers: { name: string; ttl_seconds: number; type: string; data: string }[];
  };
}

export interface ClusterNode {
  name: string;
  region: string;
  role: string;
  version: string;
  presence: string;
  detail: string;
  present_seconds: number | null;
  heard_seconds_ago: number | null;
  skew_seconds: number | null;
  epoch: number;
  behind_seconds: number | null;
  rules: string;
  opinions: number;
  frozen: number;
  agrees: boolean;
  disagreement: string;
  configuration: { revision: number; refused: number; problem: string } | null;
}

export interface Cluster {
  name: string;
  node: string;
  at: string;
  reachable: boolean;
  age_seconds: number | null;
  stale: boolean;
  trouble: string | null;
  waiting: number;
  nodes: ClusterNode[];
  alarms: string[];
}
