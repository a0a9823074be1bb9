/** Ways to put a session into somebody's own calendar. */

/** What a calendar blocks for something whose end is not known; the calendar file says the same. */
const ASSUMED_LENGTH_MS = 3_600_000;

export interface Appointment {
  name: string;
  starts_at: number;
  ends_at?: number | null;
  /** The page to come to. */
  url: string;
}

const endOf = ({ starts_at, ends_at }: Appointment): number =>
  ends_at && ends_at > starts_at ? ends_at : starts_at + ASSUMED_LENGTH_MS;

const stamp = (at: number): string => new Date(at).toISOString().replace(/[-:]|\.\d+/gu, "");

/** A page of Google Calendar with everything filled in. */
export function googleUrl(appointment: Appointment): string {
  const { name, starts_at, url } = appointment;
  const dates = `${stamp(starts_at)}/${stamp(endOf(appointment))}`;
  const query = new URLSearchParams({ action: "TEMPLATE", text: name, dates, location: url });
  return `https://calendar.google.com/calendar/render?${query}`;
}

/** A page of Outlook on the web with everything filled in. */
export function outlookUrl(appointment: Appointment): string {
  const { name, starts_at, url } = appointment;
  const query = new URLSearchParams({
    path: "/calendar/action/compose",
    rru: "addevent",
    subject: name,
    startdt: new Date(starts_at).toISOString(),
    enddt: new Date(endOf(appointment)).toISOString(),
    location: url,
  });
  return `https://outlook.live.com/calendar/0/deeplink/compose?${query}`;
}
