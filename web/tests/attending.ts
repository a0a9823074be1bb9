/** Records for tests: whole ones, with only what a test is about stated in it. */

import type {
  AttendancePage, AttendanceSummary, AttendedView, Origin, SittingsView, TotalsView, WayView,
} from "../lib/protocol";

export const T0 = Date.UTC(2027, 0, 15, 8, 0);
const MINUTE = 60_000;

export const totals = (fields: Partial<TotalsView> = {}): TotalsView => ({
  people: 3, here: 1, present_ms: 6 * MINUTE, average_ms: 2 * MINUTE, median_ms: MINUTE,
  on_stage: 1, stage_ms: 30_000, raised: 1, hands: 4, ...fields,
});

export const way = (origin: Origin, link_name: string, people: number): WayView => ({
  origin, link_name, totals: totals({ people, average_ms: MINUTE }),
});

export const summary = (fields: Partial<AttendanceSummary> = {}): AttendanceSummary => ({
  session_id: "e_1.s1",
  opened_at: T0,
  until: T0 + 10 * MINUTE,
  grace_s: 30,
  refresh_s: 2,
  totals: totals(),
  ways: [way("account", "", 1), way("guest_link", "Open day", 2)],
  curve: {
    moments: [T0, T0 + 2 * MINUTE, T0 + 10 * MINUTE],
    totals: [1, 3, 2],
    by_way: [[1, 1, 1], [0, 2, 1]],
    peak: 3,
    peak_at: T0 + 2 * MINUTE,
    average: 2.4,
  },
  ...fields,
});

export const attended = (id: string, fields: Partial<AttendedView> = {}): AttendedView => ({
  participant_id: id,
  name: id,
  email: `${id.toLowerCase()}@example.org`,
  origin: "account",
  link_name: "",
  role: "viewer",
  joined_at: T0,
  intervals: [[T0, T0 + 5 * MINUTE]],
  present_ms: 5 * MINUTE,
  stage_ms: 0,
  hands: 0,
  role_changes: [],
  older_role_changes: 0,
  is_here: false, consent: "",
  ...fields,
});

export const page = (people: AttendedView[], fields: Partial<AttendancePage> = {}): AttendancePage => ({
  found: people.length, first: 0, people, ...fields,
});

export const sittings = (fields: Partial<SittingsView> = {}): SittingsView => ({
  entry_id: "e_1",
  entry_name: "Seminar",
  sessions: [
    { session_id: "e_1.s1", state: "open", opened_at: T0 },
    { session_id: "e_1.s0", state: "ended", opened_at: T0 - 100 * MINUTE, ended_at: T0 - 50 * MINUTE, people: 7 },
  ],
  ...fields,
});
