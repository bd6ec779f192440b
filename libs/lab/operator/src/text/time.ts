/** Times as the vendor's commands show them; all in UTC, since a fabric's clock has no other zone. */

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
export const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;
const DAY_MS = 86_400_000;

interface Civil {
  readonly year: number;
  /** 0–11 */
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

const two = (n: number): string => String(n).padStart(2, '0');

/** The Gregorian calendar's day of an instant (Howard Hinnant's days-from-civil, the other way round). */
function civil(epochMs: number): Civil {
  const days = Math.floor(epochMs / DAY_MS);
  const ms = epochMs - days * DAY_MS;
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const doe = z - era * 146_097;
  const yoe = Math.floor((doe - Math.floor(doe / 1460) + Math.floor(doe / 36_524) - Math.floor(doe / 146_096)) / 365);
  const doy = doe - (365 * yoe + Math.floor(yoe / 4) - Math.floor(yoe / 100));
  const mp = Math.floor((5 * doy + 2) / 153);
  const day = doy - Math.floor((153 * mp + 2) / 5) + 1;
  const month = mp < 10 ? mp + 2 : mp - 10;
  const year = yoe + era * 400 + (month <= 1 ? 1 : 0);
  const weekday = (((days + 4) % 7) + 7) % 7;
  const second = Math.floor(ms / 1000);
  return {
    year,
    month,
    day,
    weekday,
    hour: Math.floor(second / 3600),
    minute: Math.floor(second / 60) % 60,
    second: second % 60,
  };
}

/** `Fri Mar 13 09:38:04 2026` */
export function longTime(epochMs: number): string {
  const t = civil(epochMs);
  const day = String(t.day).padStart(2, ' ');
  return `${DAYS[t.weekday]} ${MONTHS[t.month]} ${day} ${two(t.hour)}:${two(t.minute)}:${two(t.second)} ${t.year}`;
}

/** `02Mar26 09:15` */
export function policyDate(epochMs: number): string {
  const t = civil(epochMs);
  return `${two(t.day)}${MONTHS[t.month]}${two(t.year % 100)} ${two(t.hour)}:${two(t.minute)}`;
}

/** `2026-03-02T09:15:00Z` */
export function isoTime(epochMs: number): string {
  const t = civil(epochMs);
  return `${t.year}-${two(t.month + 1)}-${two(t.day)}T${two(t.hour)}:${two(t.minute)}:${two(t.second)}Z`;
}

/** `12 days, 04:11:09 hours`; the days only where there are any. */
export function upTime(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const days = Math.floor(seconds / 86_400);
  const rest = seconds % 86_400;
  const clock = `${two(Math.floor(rest / 3600))}:${two(Math.floor(rest / 60) % 60)}:${two(rest % 60)} hours`;
  return days === 0 ? clock : `${days} ${days === 1 ? 'day' : 'days'}, ${clock}`;
}
