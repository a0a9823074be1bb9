/** What may be done with a person in the tab, by rights and rank. The server decides anew. */

import { tab } from "../messages/tab";
import { mayManage, ROLES } from "./ranks";
import { only, withoutEmpty, type MenuGroup, type MenuItem } from "./menu";
import type { Right, Row, SelfView, SessionView } from "./protocol";

export function actionsFor(row: Row, you: SelfView, session: SessionView): MenuGroup[] {
  if (row.id === you.participant_id) return withoutEmpty(ownActions(you, session));
  if (!mayManage(you.role, row.role)) return [];
  const has = (right: Right): boolean => you.rights.includes(right);
  const who = { participant_id: row.id };
  return withoutEmpty([
    {
      items: only([
        [has("lower_hands") && isUp(row), item(tab("do.lower_hand"), { type: "lower_hand", ...who })],
        [has("mute_others") && row.has_microphone_on, item(tab("do.mute"), { type: "mute", ...who })],
        [
          has("mute_others") && row.stage === "on" && !row.has_microphone_on,
          item(tab("do.request_unmute"), { type: "request_unmute", ...who }),
        ],
        [
          has("mute_others") && row.has_camera_on,
          item(tab("do.camera_off"), { type: "turn_camera_off", ...who }),
        ],
      ]),
    },
    { items: has("manage_stage") ? stageActions(row) : [] },
    { items: has("set_role") ? roleActions(row, you) : [] },
    {
      items: only([
        [has("edit_rights"), dialog(tab("do.rights"), "rights", row.id)],
        [has("rename_others"), dialog(tab("do.rename"), "rename", row.id)],
      ]),
    },
    {
      items: only([
        [has("admit"), item(tab("do.send_back"), { type: "send_back", ...who })],
        [has("remove"), danger(item(tab("do.remove"), { type: "remove", ...who }))],
        [has("block"), danger(dialog(tab("do.block"), "block", row.id))],
      ]),
    },
  ]);
}

function stageActions(row: Row): MenuItem[] {
  const who = { participant_id: row.id };
  switch (row.stage) {
    case "off":
      return [item(tab("do.offer_stage"), { type: "offer_stage", ...who })];
    case "requested":
      return [
        item(tab("do.bring_to_stage"), { type: "offer_stage", ...who }),
        item(tab("do.decline_request"), { type: "decline_stage_request", ...who }),
      ];
    case "offered":
      return [item(tab("do.revoke_offer"), { type: "revoke_stage_offer", ...who })];
    case "on":
      return [item(tab("do.remove_from_stage"), { type: "remove_from_stage", ...who })];
  }
}

function roleActions(row: Row, you: SelfView): MenuItem[] {
  return ROLES.filter((role) => role !== row.role && mayManage(you.role, role))
    .reverse()
    .map((role) => item(tab(`do.set_role.${role}`), { type: "set_role", participant_id: row.id, role }));
}

/** One's own row: hand, stage, microphone, camera, name, role downwards, leave. */
function ownActions(you: SelfView, session: SessionView): MenuGroup[] {
  const has = (right: Right): boolean => you.rights.includes(right);
  const isOn = you.stage === "on";
  return [
    {
      items: only([
        [!isUp(you) && has("raise_hand"), item(tab("do.raise_hand"), { type: "raise_hand" })],
        [isUp(you), item(tab("do.lower_hand"), { type: "lower_hand" })],
        [isOn, microphone(you)],
        [isOn, camera(you)],
      ]),
    },
    { items: ownStage(you, session) },
    { items: has("set_role") ? ownRoles(you) : [] },
    {
      items: only([
        [has("rename_self"), dialog(tab("do.rename"), "rename", you.participant_id)],
        [true, danger(item(tab("do.leave"), { type: "leave" }))],
      ]),
    },
  ];
}

function ownRoles(you: SelfView): MenuItem[] {
  return ROLES.filter((role) => role !== you.role && mayManage(you.role, role))
    .reverse()
    .map((role) => item(tab(`do.set_role.${role}`), { type: "set_role", participant_id: you.participant_id, role }));
}

function microphone(you: SelfView): MenuItem {
  const isOn = !you.has_microphone_on;
  return item(tab(isOn ? "do.unmute" : "do.mute"), { type: "set_microphone", is_on: isOn });
}

function camera(you: SelfView): MenuItem {
  const isOn = !you.has_camera_on;
  return item(tab(isOn ? "do.camera_on" : "do.camera_off"), { type: "set_camera", is_on: isOn });
}

/** The one way to or from the stage that is open to oneself now. */
export function ownStage(you: SelfView, session: SessionView): MenuItem[] {
  switch (you.stage) {
    case "on":
      return [item(tab("do.leave_stage"), { type: "leave_stage" })];
    case "requested":
      return [item(tab("do.withdraw_request"), { type: "withdraw_stage_request" })];
    case "offered":
      return [
        item(tab("do.join_stage"), { type: "answer_stage_offer", is_accepted: true }),
        item(tab("do.decline_offer"), { type: "answer_stage_offer", is_accepted: false }),
      ];
    case "off":
      if (mayJoin(you, session)) return [item(tab("do.join_stage"), { type: "join_stage" })];
      if (session.stage_mode === "by_request" && you.rights.includes("request_stage")) {
        return [item(tab("do.request_stage"), { type: "request_stage" })];
      }
      return [];
  }
}

function mayJoin(you: SelfView, session: SessionView): boolean {
  const has = (right: Right): boolean => you.rights.includes(right);
  switch (session.stage_mode) {
    case "everyone":
      return has("join_stage") || has("request_stage");
    case "by_request":
      return has("join_stage");
    case "invite_only":
      return has("manage_stage");
  }
}

const isUp = (one: { hand_raised_at?: number | null }): boolean =>
  one.hand_raised_at !== null && one.hand_raised_at !== undefined;

function item(label: string, command: NonNullable<MenuItem["command"]>): MenuItem {
  return { label, command };
}

function dialog(label: string, name: "rights" | "rename" | "block", participantId: string): MenuItem {
  return { label, dialog: { name, participantId } };
}

function danger(one: MenuItem): MenuItem {
  return { ...one, tone: "danger" };
}
