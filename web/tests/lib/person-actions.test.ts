import { describe, expect, it } from "vitest";
import { actionsFor, ownStage } from "../../lib/person-actions";
import { ROLE_RIGHTS } from "../../lib/ranks";
import type { Row, SelfView, SessionView } from "../../lib/protocol";
import { row, session, you } from "../making";

const moderator = you({ role: "moderator", rights: [...ROLE_RIGHTS.moderator] });
const host = you({ role: "host", rights: [...ROLE_RIGHTS.host] });
const viewer = you({ rights: [...ROLE_RIGHTS.viewer] });

const labels = (whom: Row, who: SelfView, where: SessionView = session()): string[] =>
  actionsFor(whom, who, where).flatMap((group) => group.items.map((item) => item.label));

describe("what a moderator may do", () => {
  it("with a viewer", () => {
    expect(labels(row("ada"), moderator)).toEqual([
      "Invite to stage", "Set as speaker", "Set as moderator", "Edit permissions…", "Rename…",
      "Send back to waiting", "Remove from room", "Remove and block…",
    ]);
  });

  it("with somebody on stage whose microphone and camera are on and whose hand is up", () => {
    const speaker = row("ada", {
      role: "speaker", stage: "on", has_microphone_on: true, has_camera_on: true, hand_raised_at: 1,
    });
    expect(labels(speaker, moderator).slice(0, 4)).toEqual([
      "Lower hand", "Mute", "Turn camera off", "Remove from stage",
    ]);
  });

  it("with somebody muted on stage is to ask, not to unmute", () => {
    expect(labels(row("ada", { stage: "on" }), moderator)).toContain("Ask to unmute");
  });

  it("with a request and with an offer", () => {
    expect(labels(row("ada", { stage: "requested" }), moderator).slice(0, 2)).toEqual([
      "Bring to stage", "Decline request",
    ]);
    expect(labels(row("ada", { stage: "offered" }), moderator)[0]).toBe("Revoke invitation to stage");
  });

  it("with another moderator, as with anybody below", () => {
    expect(labels(row("bob", { role: "moderator" }), moderator)).toContain("Set as viewer");
  });

  it("with a host is nothing", () => {
    expect(labels(row("hanna", { role: "host" }), moderator)).toEqual([]);
  });

  it("ends where single rights were taken", () => {
    const without = you({ role: "moderator", rights: ["mute_others"] });
    expect(labels(row("ada", { stage: "on" }), without)).toEqual(["Ask to unmute"]);
  });
});

it("lets only hosts make hosts", () => {
  expect(labels(row("ada"), host)).toContain("Set as host");
  expect(labels(row("ada"), moderator)).not.toContain("Set as host");
});

it("gives viewers nothing to do with others", () => {
  expect(labels(row("ada"), viewer)).toEqual([]);
});

it("gives everybody their own hand, stage and name", () => {
  expect(labels(row("me"), viewer)).toEqual(["Raise hand", "Ask for stage", "Rename…", "Leave"]);
  const up = you({ rights: [], hand_raised_at: 1, stage: "on", has_microphone_on: true });
  expect(labels(row("me"), up)).toEqual([
    "Lower hand", "Mute", "Turn camera on", "Leave stage", "Leave",
  ]);
});

describe("the way to the stage", () => {
  const way = (who: SelfView, mode: SessionView["stage_mode"]): string[] =>
    ownStage(who, session({ stage_mode: mode })).map((item) => item.label);

  it("depends on the mode and on one's rights", () => {
    const speaker = you({ role: "speaker", rights: [...ROLE_RIGHTS.speaker] });
    expect(way(viewer, "everyone")).toEqual(["Join stage"]);
    expect(way(viewer, "by_request")).toEqual(["Ask for stage"]);
    expect(way(viewer, "invite_only")).toEqual([]);
    expect(way(speaker, "by_request")).toEqual(["Join stage"]);
    expect(way(speaker, "invite_only")).toEqual([]);
    expect(way(moderator, "invite_only")).toEqual(["Join stage"]);
  });

  it("depends on where one stands", () => {
    expect(way(you({ stage: "requested" }), "by_request")).toEqual(["Withdraw request"]);
    expect(way(you({ stage: "offered" }), "by_request")).toEqual(["Join stage", "Decline"]);
    expect(way(you({ stage: "on" }), "invite_only")).toEqual(["Leave stage"]);
  });
});
