/** Values for tests: whole ones, with only what a test is about stated in it. */

import { encode } from "@msgpack/msgpack";
import type {
  Counts, EntrySettings, EntryView, GroupView, LedgerRow, Row, SelfView, ServerMessage, SessionView, View,
} from "../lib/protocol";

export const row = (id: string, fields: Partial<Row> = {}): Row => ({
  id,
  name: id,
  role: "viewer",
  origin: "account",
  is_custom: false,
  presence: "present",
  devices: 1,
  stage: "off",
  has_microphone_on: false,
  has_camera_on: false,
  ...fields,
});

export const invitation = (id: string, fields: Partial<LedgerRow> = {}): LedgerRow => ({
  id,
  email: `${id}@example.org`,
  name: id,
  invitation_type: "viewer",
  state: "sent",
  invited_by: "Hanna Host",
  invited_at: 1_000,
  uses: 0,
  has_device: false,
  ...fields,
});

export const counts = (fields: Partial<Counts> = {}): Counts => ({
  all: 0,
  raised_hands: 0,
  on_stage: 0,
  viewers: 0,
  ...fields,
});

export const session = (fields: Partial<SessionView> = {}): SessionView => ({
  session_id: "e_1.s1",
  entry_id: "e_1",
  entry_name: "Seminar",
  kind: "room",
  state: "open",
  is_locked: false,
  is_hard_muted: false,
  stage_mode: "by_request",
  stage_capacity: 25,
  shows_names: true,
  ...fields,
});

export const group = (rows: Row[], first = 0): GroupView => ({ first, rows, invitations: [] });

export const view = (fields: Partial<View> = {}): View => ({
  session: session(),
  counts: counts(),
  groups: {},
  ...fields,
});

export const you = (fields: Partial<SelfView> = {}): SelfView => ({
  participant_id: "me",
  session_id: "e_1.s1",
  entry_name: "Seminar",
  name: "Me",
  role: "viewer",
  rights: [],
  is_custom: false,
  origin: "account",
  waiting_message: "",
  stage: "off",
  has_microphone_on: false,
  has_camera_on: false,
  is_hard_muted: false,
  devices: 1,
  ...fields,
});

export const entry = (fields: Partial<EntryView> = {}): EntryView => ({
  entry_id: "e_1",
  kind: "room",
  name: "Seminar",
  description: "",
  captions: [],
  session_id: "e_1.s1",
  session_state: "scheduled",
  may_open: true,
  may_enter: true,
  rights: [],
  invitation_types: [],
  ...fields,
});

export const settings = (fields: Partial<EntrySettings> = {}): EntrySettings => ({
  stage_mode: "by_request", stage_capacity: 25, viewer_list: "auto", names_up_to: 100,
  moderators_may_invite: true, approve_guests: false, code_on_first_use: false,
  device_policy: "ask", guests_may_rename: true, lead_s: 0, opens_by_itself: false,
  host_absent_s: 900, grace_s: 30, seat_s: 60, capacity: 100_000, reserved_seats: 20,
  invitation_grace_s: 86_400, consent: "", names_kept_days: 365,
  ...fields,
});

export const welcome = (fields: object = {}): ServerMessage => ({
  type: "welcome",
  wire_version: 1,
  session_id: "e_1.s1",
  participant_id: "me",
  connection_id: "c1",
  server_time: 0,
  ping_ms: 1_000,
  is_resumed: false,
  ...fields,
});

export const snapshot = (version: number, shown: View = view(), epoch = "a"): ServerMessage => ({
  type: "snapshot",
  position: { epoch, version },
  view: shown,
});

export const frame = (message: object): ArrayBuffer => {
  const bytes = encode(message, { ignoreUndefined: true });
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
};
