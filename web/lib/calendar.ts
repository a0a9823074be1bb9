/** Ways to put a session into somebody's own calendar. */

const HOUR_MS = 3_600_000;

export interface Appointment {
  name: string;
  starts_at: number;
  /** The page to come to. */
  url: string;
}

const stamp = (at: number): string => new Date(at).toISOString().replace(/[-:]|\.\d+/gu, "");

/** A page of Google Calendar with everything filled in. */
export function googleUrl({ name, starts_at, url }: Appointment): string {
  const dates = `${stamp(starts_at)}/${stamp(starts_at + HOUR_MS)}`;
  const query = new URLSearchParams({ action: "TEMPLATE", text: name, dates, location: url });
  return `https://calendar.google.com/calendar/render?${query}`;
}

/** A page of Outlook on the web with everything filled in. */
export function outlookUrl({ name, starts_at, url }: Appointment): string {
  const query = new URLSearchParams({
    path: "/calendar/action/compose",
    rru: "addevent",
    subject: name,
    startdt: new Date(starts_at).toISOString(),
    enddt: new Date(starts_at + HOUR_MS).toISOString(),
    location: url,
  });
  return `https://outlook.live.com/calendar/0/deeplink/compose?${query}`;
}
