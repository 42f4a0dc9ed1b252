import { count } from "./words";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

// In the product's language rather than the system's, with 24 hours.
const formatter = (options: Intl.DateTimeFormatOptions) => {
  // A formatter keeps the time zone in which it was made, while the computer may travel on.
  const format = new Intl.DateTimeFormat("en-US", { hourCycle: "h23", timeZone: "UTC", ...options });
  // An invalid date must not break the view.
  return (at: Date) =>
    Number.isNaN(at.getTime()) ? "—" : format.format(at.getTime() - at.getTimezoneOffset() * minute);
};
/** `09:36`, in local time. */
export const clockTime = formatter({ hour: "2-digit", minute: "2-digit" });
const clockWithSeconds = formatter({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
const month = formatter({ month: "short" });
/** `Fri`. */
export const weekday = formatter({ weekday: "short" });
const longMonth = formatter({ month: "long" });
const longDayOfWeek = formatter({ weekday: "long" });

const decimals = (digits: number) => {
  const format = new Intl.NumberFormat("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return (value: number) => format.format(value);
};
const tenths = decimals(1);
const hundredths = decimals(2);

/** `12 Jan`. */
const dayAndMonth = (at: Date) => `${at.getDate()} ${month(at)}`;

/** `09:36:02`. */
export function clockSeconds(timestamp: string): string {
  return clockWithSeconds(new Date(timestamp));
}

/** How long ago: `just now`, `8 min ago`, `today 09:36`, `yesterday 16:20`, `Mon 09:02` this week, else `12 Jan`. */
export function ago(timestamp: string, now: Date): string {
  const at = new Date(timestamp);
  const past = now.getTime() - at.getTime();
  if (past < minute) return "just now";
  if (past < hour) return `${Math.floor(past / minute)} min ago`;
  // The clock time alone would read as one in the future.
  if (at >= startOfDay(now)) return `today ${clockTime(at)}`;
  if (at >= startOfDay(now, -1)) return `yesterday ${clockTime(at)}`;
  if (at >= startOfDay(now, -6)) return `${weekday(at)} ${clockTime(at)}`;
  return dayAndMonth(at) + (at.getFullYear() === now.getFullYear() ? "" : ` ${at.getFullYear()}`);
}

/** An age: `now`, `8 min`, `3 h`, `6 d`. */
export function age(timestamp: string, now: Date): string {
  const past = now.getTime() - new Date(timestamp).getTime();
  if (past < minute) return "now";
  if (past < hour) return `${Math.floor(past / minute)} min`;
  if (past < day) return `${Math.floor(past / hour)} h`;
  return `${Math.floor(past / day)} d`;
}

/** A duration up to now: `for 8 min`, `for 3 h`, `for less than 1 min`. */
export function lasting(timestamp: string, now: Date): string {
  const past = now.getTime() - new Date(timestamp).getTime();
  return past < minute ? "for less than 1 min" : `for ${span(past)}`;
}

/** `4 min left`, `no time left`. */
export function timeLeft(timestamp: string, now: Date): string {
  const left = new Date(timestamp).getTime() - now.getTime();
  return left <= 0 ? "no time left" : `${span(left)} left`;
}

/** An expiry below a header: `in 58 min`, `in 3 days`, `expired 2 days ago`. */
export function until(timestamp: string, now: Date): string {
  const left = new Date(timestamp).getTime() - now.getTime();
  if (left > 0) return `in ${span(left)}`;
  return left > -minute ? "expired just now" : `expired ${span(-left)} ago`;
}

/** {@link until} with a verb: `expires in 3 days`, `expired 2 days ago`. */
export function expires(timestamp: string, now: Date): string {
  const isPast = new Date(timestamp).getTime() <= now.getTime();
  return isPast ? until(timestamp, now) : `expires ${until(timestamp, now)}`;
}

function span(milliseconds: number): string {
  if (milliseconds < hour) return `${Math.max(1, Math.floor(milliseconds / minute))} min`;
  if (milliseconds < day) return `${Math.floor(milliseconds / hour)} h`;
  return count(Math.floor(milliseconds / day), "day");
}

/** Local midnight of a day, or of one a number of days later. */
export function startOfDay(at: Date, daysAfter = 0): Date {
  return new Date(at.getFullYear(), at.getMonth(), at.getDate() + daysAfter);
}

/**
 * A day as a heading: `Today`, `Yesterday`, `Friday` within a week, else `12 January`, with the year if it is another.
 */
export function dayName(at: Date, now: Date): string {
  if (at >= startOfDay(now)) return "Today";
  if (at >= startOfDay(now, -1)) return "Yesterday";
  if (at >= startOfDay(now, -6)) return longDayOfWeek(at);
  const year = at.getFullYear() === now.getFullYear() ? "" : ` ${at.getFullYear()}`;
  return `${at.getDate()} ${longMonth(at)}${year}`;
}

/** A future moment: `today 18:02`, `tomorrow 09:40`, `Sun 18:02` within a week, else `12 Jan`; `expired` if past. */
export function whenWords(timestamp: string, now: Date): string {
  const at = new Date(timestamp);
  if (at.getTime() <= now.getTime()) return "expired";
  if (at < startOfDay(now, 1)) return `today ${clockTime(at)}`;
  if (at < startOfDay(now, 2)) return `tomorrow ${clockTime(at)}`;
  if (at < startOfDay(now, 7)) return `${weekday(at)} ${clockTime(at)}`;
  return dayAndMonth(at);
}

/** The exact time, for tooltips. */
export function exactTime(timestamp: string): string {
  const at = new Date(timestamp);
  return `${dayAndMonth(at)} ${at.getFullYear()}, ${clockWithSeconds(at)}`;
}

/** `412 ms`, `1.21 s`, `14 s`, `2 min 5 s`, `3 h 5 min`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 999.5) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 9_995) return `${hundredths(milliseconds / 1000)} s`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `4:12`, for countdowns. */
export function countdown(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** `1.8 kB`. */
export function bytes(size: number): string {
  if (size < 1000) return `${size} B`;
  if (size < 999_950) return `${tenths(size / 1000)} kB`;
  if (size < 999_950_000) return `${tenths(size / 1_000_000)} MB`;
  return `${tenths(size / 1_000_000_000)} GB`;
}

/** The time of old data: `09:12` today and within the last hour, else as {@link ago}. */
export function asOf(timestamp: string, now: Date): string {
  const at = new Date(timestamp);
  const isRecent = at >= startOfDay(now) || now.getTime() - at.getTime() < hour;
  return isRecent ? clockTime(at) : ago(timestamp, now);
}
