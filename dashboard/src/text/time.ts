/** A length of time in its two greatest units, as `2 h 5 min`. */
export function length(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return pair(whole, 60, 'min', 1, 's');
  if (whole < 86_400) return pair(whole, 3_600, 'h', 60, 'min');
  return pair(whole, 86_400, 'd', 3_600, 'h');
}

function pair(whole: number, unit: number, name: string, small: number, smallName: string): string {
  const rest = Math.floor((whole % unit) / small);
  const great = `${Math.floor(whole / unit)} ${name}`;
  return rest === 0 ? great : `${great} ${rest} ${smallName}`;
}

export function ago(at: string, now: number): string {
  return `${length((now - Date.parse(at)) / 1_000)} ago`;
}

/** A moment; the day is named when it is not today. */
export function clock(at: string, now: number): string {
  const moment = new Date(at);
  const time = moment.toLocaleTimeString([], { hour12: false });
  return moment.toDateString() === new Date(now).toDateString()
    ? time
    : `${moment.toLocaleDateString([], { day: 'numeric', month: 'short' })} ${time}`;
}

export function milliseconds(value: number): string {
  if (value === 0) return '0 ms';
  if (value >= 1_000) return `${(value / 1_000).toFixed(1)} s`;
  return value >= 10 ? `${Math.round(value)} ms` : `${value.toFixed(1)} ms`;
}
