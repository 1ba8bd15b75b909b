// The workspace lives in London; so do all its dates, wherever the browser is.

const ZONE = "Europe/London";
const style = (options) => new Intl.DateTimeFormat("en-GB", { timeZone: ZONE, ...options });
const FORMATS = {
  time: style({ hour: "2-digit", minute: "2-digit" }),
  time_secs: style({ hour: "2-digit", minute: "2-digit", second: "2-digit" }),
  date_num: style({ year: "numeric", month: "2-digit", day: "2-digit" }),
  date: style({ day: "numeric", month: "long", year: "numeric" }),
  date_short: style({ day: "numeric", month: "short", year: "numeric" }),
  date_long: style({ weekday: "long", day: "numeric", month: "long", year: "numeric" }),
  day: style({ weekday: "long", day: "numeric", month: "long" }),
  clock: style({ weekday: "short", day: "numeric", month: "short" }),
};

export const format = (name, epoch) => FORMATS[name].format(new Date(epoch * 1000));

const dayNumber = (epoch) => {
  const [day, month, year] = format("date_num", epoch).split("/").map(Number);
  return Date.UTC(year, month - 1, day) / 86_400_000;
};

export const sameDay = (one, other) => dayNumber(one) === dayNumber(other);

/** "today", "yesterday", "tomorrow", or the date in the named format. */
export function pretty(name, epoch, now) {
  const days = dayNumber(epoch) - dayNumber(now);
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[days] ?? format(name, epoch);
}

/** How Slack heads a day in a conversation. */
export function dayHeading(epoch, now) {
  const words = pretty("day", epoch, now);
  return words[0].toUpperCase() + words.slice(1);
}

/** The text of Slack's <!date^...> for a reader whose clock says `now`. */
export function slackDate(epoch, pattern, now) {
  return pattern.replace(/\{(\w+)\}/g, (whole, token) => {
    if (token === "ago") return ago(epoch, now);
    if (token.endsWith("_pretty")) return pretty(token.slice(0, -"_pretty".length), epoch, now);
    return FORMATS[token] ? format(token, epoch) : whole;
  });
}

export function ago(epoch, now) {
  const minutes = Math.round((now - epoch) / 60);
  if (minutes < 1) return "now";
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 60 * 24) return `${Math.round(minutes / 60)} h ago`;
  return `${Math.round(minutes / 60 / 24)} d ago`;
}

/** "2026-11-16T10:00" as read off a London clock, in seconds since the epoch. */
export function epochInLondon(local) {
  const asUtc = Date.parse(`${local}:00Z`) / 1000;
  return asUtc - offset(asUtc - offset(asUtc));
}

/** The reverse: what a London clock shows, for a datetime-local input. */
export const londonLocal = (epoch) => new Date((epoch + offset(epoch)) * 1000).toISOString().slice(0, 16);

function offset(epoch) {
  const [hour, minute] = format("time", epoch).split(":").map(Number);
  return Math.round((dayNumber(epoch) * 86_400 + hour * 3600 + minute * 60 - epoch) / 900) * 900;
}
