// The words on the wire, as TypeScript types.
// Made by `python -m protocol.schema` from the classes in protocol/; do not edit.
//
// The server leaves out fields that are null. All moments (`…_at`) are integer milliseconds UTC.

/** Let people in from the waiting room. */
export interface Admit {
  readonly type: "admit";
  readonly participant_ids: readonly string[];
}

/** Let in everybody who waits, or everybody who came by one guest link. */
export interface AdmitAll {
  readonly type: "admit_all";
  readonly link_id?: string | null;
}

/** Through the door. The ticket is also set as a cookie for this session's paths. */
export interface Admitted {
  readonly session_id: string;
  readonly participant_id: string;
  readonly role: Role;
  /** For SDKs, as `Authorization: Bearer …` on the socket. */
  readonly ticket: string;
  /** The page to go to. */
  readonly next: string;
}

/** *Join stage* or *Decline*. */
export interface AnswerStageOffer {
  readonly type: "answer_stage_offer";
  readonly is_accepted: boolean;
}

/** One attempt as owners see it. Somebody erased has no name and no texts. */
export interface AttemptView {
  /** Its place among all attempts of the quiz, from 1. */
  readonly number: number;
  /** Its place among those of the same taker, from 1. */
  readonly try_number: number;
  /** How many that taker has made. */
  readonly tries: number;
  readonly name: string;
  /** Seen by staff only. */
  readonly email?: string | null;
  readonly origin: Origin;
  /** Of the guest link by which the taker came. Seen by staff only. */
  readonly link_name?: string | null;
  /** Of the questions that were answered. */
  readonly version: number;
  readonly score: number;
  readonly max_score: number;
  /** By the pass mark as it is now; null where there is none. */
  readonly is_passed?: boolean | null;
  readonly submitted_at: number;
  readonly answers: readonly MarkedAnswer[];
}

/** Some of the people of a record. */
export interface AttendancePage {
  /** How many there are in all that were asked for. */
  readonly found: number;
  /** The place of the first one here, counted from 0. */
  readonly first: number;
  readonly people: readonly AttendedView[];
}

/** The record of one session without its people. */
export interface AttendanceSummary {
  readonly session_id: string;
  readonly opened_at?: number | null;
  readonly ended_at?: number | null;
  /** Of a session that goes on: up to when this counts. */
  readonly until?: number | null;
  /** Who reconnects within this time was never away. */
  readonly grace_s: number;
  /** Of a session that goes on: nothing new is known sooner. */
  readonly refresh_s: number;
  readonly totals: TotalsView;
  readonly ways: readonly WayView[];
  readonly curve: CurveView;
}

/** The whole record of one session, for download. */
export interface AttendanceView {
  readonly session_id: string;
  readonly opened_at?: number | null;
  readonly ended_at?: number | null;
  /** Of a session that goes on: up to when this counts. */
  readonly until?: number | null;
  /** Who reconnects within this time was never away. */
  readonly grace_s: number;
  /** How many people were there. */
  readonly total: number;
  /** Most people at one moment. */
  readonly peak: number;
  readonly peak_at?: number | null;
  readonly average: number;
  readonly totals: TotalsView;
  readonly ways: readonly WayView[];
  /** (moment, how many from then on), thinned out to at most 1,000 points. */
  readonly curve: readonly (readonly [number, number])[];
  readonly people: readonly AttendedView[];
}

/** One person's presence; moments and durations in ms. Someone erased has no name. */
export interface AttendedView {
  readonly participant_id: string;
  readonly name: string;
  /** Seen by staff only. */
  readonly email: string;
  readonly origin: Origin;
  /** Seen by staff only. */
  readonly link_name: string;
  /** The last one. */
  readonly role: Role;
  readonly joined_at: number;
  /** From when to when they were inside; see docs/attendance.md for the rule. */
  readonly intervals: readonly (readonly [number, number])[];
  readonly present_ms: number;
  readonly stage_ms: number;
  readonly hands: number;
  /** The newest 50, the newest last. */
  readonly role_changes: readonly RoleChangeView[];
  /** How many more there were before those. */
  readonly older_role_changes: number;
  /** The last interval goes on. */
  readonly is_here: boolean;
  /** The version of the text that a guest agreed to, and when; empty: to none. */
  readonly consent: string;
  readonly consented_at?: number | null;
}

/** What was done. Members are stored for a year: never rename one. */
export type AuditAction =
  | "entry_created"
  | "entry_changed"
  | "settings_changed"
  | "entry_deleted"
  | "part_given"
  | "part_taken"
  | "guest_access_on"
  | "guest_access_off"
  | "link_made"
  | "link_changed"
  | "link_paused"
  | "link_resumed"
  | "link_renewed"
  | "link_deleted"
  | "invitation_made"
  | "invitation_changed"
  | "invitation_device_reset"
  | "invitation_revoked"
  | "session_started"
  | "session_ended"
  | "locked"
  | "unlocked"
  | "waiting_message_set"
  | "admitted"
  | "declined"
  | "sent_back"
  | "removed"
  | "let_back"
  | "blocked"
  | "unblocked"
  | "role_changed"
  | "rights_changed"
  | "renamed"
  | "hand_lowered"
  | "hands_cleared"
  | "hands_restored"
  | "stage_access_set"
  | "stage_offered"
  | "stage_refused"
  | "stage_removed"
  | "muted"
  | "unmute_asked"
  | "camera_off"
  | "all_muted"
  | "all_cameras_off"
  | "hard_mute_on"
  | "hard_mute_off"
  | "attendance_exported"
  | "audit_exported"
  | "people_erased"
  | "guests_erased"
  | "unreadable";

/** What became of checking the chain. */
export interface AuditCheck {
  readonly is_intact: boolean;
  /** How many are kept, of `first` … `last`. */
  readonly lines: number;
  readonly first: number;
  readonly last: number;
  /**
   * The digest of the newest line, as the room knows it. Written down somewhere else, it shows
   * later that nothing up to here was changed.
   */
  readonly head: string;
  /** The number at which the chain does not hold; null: it holds. */
  readonly broken_at?: number | null;
  /** `changed`, `missing` or `inserted`. */
  readonly problem: string;
}

/** All of the audit log that the caller may read, the oldest line first. */
export interface AuditExport {
  readonly entry_id: string;
  readonly entry_name: string;
  readonly is_whole: boolean;
  readonly lines: readonly AuditLine[];
}

/** One thing that was done. */
export interface AuditLine {
  /** Dense in each entry, 1, 2, 3 … */
  readonly number: number;
  /** Ms UTC. */
  readonly at: number;
  /**
   * `unreadable` where the line is damaged; then `number` alone is known, and `at` is that of the
   * line before.
   */
  readonly action: AuditAction;
  readonly session_id?: string | null;
  readonly by: AuditPerson;
  readonly about: readonly AuditPerson[];
  /** What else there is to say: `before`, `after`, `link_name`, `reason` … */
  readonly facts: Record<string, string>;
  /** Ms UTC; then the line is forgotten. */
  readonly kept_until: number;
  /** The digest of the line before it. */
  readonly previous: string;
  /** Until when that one is kept. */
  readonly previous_kept_until: number;
  readonly digest: string;
}

/** A stretch of the audit log, the newest line first. */
export interface AuditPage {
  readonly entry_id: string;
  readonly entry_name: string;
  /** The caller reads all of it; else the lines of the present session alone. */
  readonly is_whole: boolean;
  readonly lines: readonly AuditLine[];
  /** Ask with `before` of this for older lines; null when there are none. */
  readonly next?: number | null;
}

/** Somebody in a line of the audit log. Name, e-mail and salt are empty once erased. */
export interface AuditPerson {
  /**
   * As whom they acted or were acted upon: `participant:…`, `account:…`, `platform:…`,
   * `invitation:…`, `device:…`, `person:…`; empty for the server itself; `unknown` in a line that
   * cannot be read.
   */
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly is_guest: boolean;
  readonly is_erased: boolean;
  /** From when the time runs for which guests' names are kept, ms UTC. */
  readonly known_at: number;
  /** Stands for name and e-mail in the digest of the line, and outlives them. */
  readonly seal: string;
  /** With it, name and e-mail give `seal`; without it `seal` tells nobody anything. */
  readonly salt: string;
  /**
   * The e-mail is not for the caller, and the salt with it: `seal` stands unchanged, and cannot be
   * checked against what is shown.
   */
  readonly is_withheld: boolean;
}

/** Remove somebody and keep them out, recognised in every way named in `by`. */
export interface Block {
  readonly type: "block";
  readonly participant_id: string;
  readonly by?: readonly BlockBy[];
}

/** By what a blocked person is recognised. */
export type BlockBy = "person" | "email" | "device" | "link";

/** One row of the list of the blocked. */
export interface BlockView {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly by: readonly string[];
  readonly link_name?: string | null;
  readonly blocked_at: number;
  readonly blocked_by: string;
}

/** Captions of a video in one language. */
export interface Caption {
  /** BCP 47, such as `en` or `pt-BR`. */
  readonly language: string;
  /** What the player's menu calls it. */
  readonly label: string;
  /** A WebVTT file. */
  readonly url: string;
}

/** Change what an invitation gives; somebody inside by it changes role at once. */
export interface ChangeInvitation {
  readonly type: "change_invitation";
  readonly invitation_id: string;
  readonly invitation_type: InvitationType;
}

/** One of the answers that a question offers. */
export interface Choice {
  readonly id: string;
  readonly text: string;
}

/** Lower all hands. */
export interface ClearHands {
  readonly type: "clear_hands";
}

/** Everything that a client may say over the socket. */
export type ClientMessage = Hello | Watch | Unwatch | Do | Pong;

/** Redeem with the mailed code; moves the invitation to this device. */
export interface CodeForm {
  readonly token: string;
  readonly email: string;
  readonly code: string;
}

/** Have a one-time code mailed to the invited address, which has to be named. */
export interface CodeRequest {
  readonly token: string;
  readonly email: string;
}

/** An account with a lasting part in an entry, for those who may change the parts. */
export interface CollaboratorView {
  readonly account_id: string;
  readonly name: string;
  readonly email: string;
  readonly part: Part;
}

/** Everything that a person can ask for. */
export type Command =
  | CreateEntry
  | EditEntry
  | EditSettings
  | DeleteEntry
  | SetCollaborator
  | RemoveCollaborator
  | SetQuiz
  | SubmitQuiz
  | SetGuestAccess
  | CreateGuestLink
  | EditGuestLink
  | PauseGuestLink
  | ExtendGuestLink
  | RegenerateGuestLink
  | DeleteGuestLink
  | RevokeGuestLink
  | Invite
  | ResendInvitation
  | ChangeInvitation
  | ExtendInvitation
  | ResetInvitationDevice
  | RevokeInvitation
  | StartSession
  | EndSession
  | SetLock
  | Admit
  | AdmitAll
  | Decline
  | SendBack
  | MessageWaiting
  | RaiseHand
  | LowerHand
  | ClearHands
  | UndoClearHands
  | SetStageMode
  | RequestStage
  | WithdrawStageRequest
  | DeclineStageRequest
  | OfferStage
  | RevokeStageOffer
  | AnswerStageOffer
  | JoinStage
  | LeaveStage
  | RemoveFromStage
  | SetMicrophone
  | SetCamera
  | Mute
  | RequestUnmute
  | TurnCameraOff
  | MuteAll
  | TurnCamerasOff
  | SetHardMute
  | SetRole
  | UndoRole
  | SetRights
  | Rename
  | Remove
  | Block
  | Unblock
  | Readmit
  | Leave;

/** How many are in each group; always exact. `all` is everybody who is let in. */
export interface Counts {
  readonly all: number;
  readonly raised_hands: number;
  readonly on_stage: number;
  readonly viewers: number;
  /** Seen by staff only. */
  readonly waiting?: number | null;
  /** Seen by inviters only. */
  readonly invited?: number | null;
}

/** A room of a course. */
export interface CourseRoom {
  readonly entry_id: string;
  readonly name: string;
}

/** Make an entry; whoever asks becomes its owner. Only over HTTP. */
export interface CreateEntry {
  readonly type: "create_entry";
  readonly kind: EntryKind;
  readonly name: string;
  readonly description?: string;
  readonly content_url?: string;
  readonly captions?: readonly Caption[];
  readonly starts_at?: number | null;
  readonly ends_at?: number | null;
  readonly settings?: EntrySettings;
  /** Given by a platform's API key, and by nobody else. */
  readonly owner?: Owner | null;
}

/** Make a guest link; at most three exist. `uses` and `days` of null mean without limit. */
export interface CreateGuestLink {
  readonly type: "create_guest_link";
  readonly name: string;
  readonly uses?: number | null;
  readonly days?: number | null;
  readonly needs_approval?: boolean;
}

/** What is wrong with a row of a list of people. */
export type CsvFault =
  | "email_missing"
  | "not_an_email"
  | "name_too_long"
  | "repeated"
  | "too_many"
  | "not_yours"
  | "quotes"
  | "cut_off";

/** Every row, good and bad. Nothing is created by a preview. */
export interface CsvPreview {
  readonly rows: readonly CsvRow[];
  readonly good: number;
  readonly bad: number;
}

/** One row of the preview. */
export interface CsvRow {
  readonly line: number;
  readonly email: string;
  readonly first_name: string;
  readonly last_name: string;
  /** Why this row cannot be invited; null when it can. */
  readonly error?: string | null;
  /** The same for programs. */
  readonly fault?: CsvFault | null;
  readonly same_as?: number | null;
  /** Invited before: that invitation is updated, and no second one made. */
  readonly is_invited: boolean;
}

/** A pasted or uploaded list of people to invite. */
export interface CsvText {
  readonly csv: string;
}

/** How many were inside: from each moment on until the next. Every point is exact. */
export interface CurveView {
  readonly moments: readonly number[];
  /** At each moment; at most 1,000, the highest and the last always among them. */
  readonly totals: readonly number[];
  /** The same for each way in, in the order of `ways`. */
  readonly by_way: readonly (readonly number[])[];
  readonly peak: number;
  /** When there were most for the first time. */
  readonly peak_at?: number | null;
  /** Over the time from the first moment to the last. */
  readonly average: number;
}

/** Turn people in the waiting room away. */
export interface Decline {
  readonly type: "decline";
  readonly participant_ids: readonly string[];
}

/** Turn somebody's request down. */
export interface DeclineStageRequest {
  readonly type: "decline_stage_request";
  readonly participant_id: string;
}

/** Take `count` rows out from a position on. */
export interface Delete {
  readonly op: "delete";
  readonly at: number;
  readonly count: number;
}

/** Delete the entry: its session ends, its links and invitations stop working. */
export interface DeleteEntry {
  readonly type: "delete_entry";
}

/** Delete a link, which frees its place. Those who came by it stay. */
export interface DeleteGuestLink {
  readonly type: "delete_guest_link";
  readonly link_id: string;
}

/** One try of one message. */
export interface DeliveryView {
  readonly at: number;
  /** That of the header `webhook-id`; the same in every try. */
  readonly message_id: string;
  readonly topic: Topic;
  readonly number: number;
  readonly entry_id: string;
  /** 1 for the first. */
  readonly attempt: number;
  /** Of the answer; null when there was none. */
  readonly status?: number | null;
  /** Why it did not arrive; null when it did. */
  readonly problem?: string | null;
  /** From the first byte sent to the last one read. */
  readonly took_ms: number;
}

/** What changed since the view at `base`. A client that holds another one watches again. */
export interface Delta {
  readonly type: "delta";
  readonly base: number;
  readonly position: Position;
  readonly delta: ViewDelta;
}

/** What happens when an invitation is used on a second device. */
export type DevicePolicy = "ask" | "take_over" | "refuse";

/** Carry a command. The same id with the same body again has no second effect. */
export interface Do {
  readonly type: "do";
  readonly id: string;
  readonly command: Command;
}

/** A command is done: it is in the log at this version. */
export interface Done {
  readonly version: number;
  readonly result: Record<string, unknown>;
}

/** Change what is given; what is left out stays. `null` clears a moment. */
export interface EditEntry {
  readonly type: "edit_entry";
  readonly name?: string | null;
  readonly description?: string | null;
  readonly content_url?: string | null;
  readonly captions?: readonly Caption[] | null;
  readonly starts_at?: number | null;
  readonly ends_at?: number | null;
}

/** Change what is given; what is left out stays. `days` counts from now. */
export interface EditGuestLink {
  readonly type: "edit_guest_link";
  readonly link_id: string;
  readonly name?: string | null;
  readonly uses?: number | null;
  readonly days?: number | null;
  readonly needs_approval?: boolean | null;
}

/** Change the settings named in `only` to their values in `settings`. */
export interface EditSettings {
  readonly type: "edit_settings";
  readonly settings: EntrySettings;
  readonly only: readonly SettingName[];
}

/** Enter the room of a host token at once, for a tab that is shown on another site's page. */
export interface EmbedEnter {
  readonly token: string;
  /** As in `SignIn`. */
  readonly key?: string | null;
}

/** Why a session ended. */
export type EndReason = "by_host" | "host_absent" | "entry_deleted";

/** End the session for everyone. */
export interface EndSession {
  readonly type: "end_session";
}

/** What a media page shows. */
export type EntryKind =
  | "video"
  | "document"
  | "quiz"
  | "live_event"
  | "room"
  | "channel_room"
  | "gallery_room";

/** One event of the feed of counts: how an entry stands now. */
export interface EntryNews {
  readonly entry_id: string;
  /** Of the present session; null when the entry is not shown to the reader. */
  readonly session_id?: string | null;
  readonly session_state?: SessionState | null;
  /** Null for those who are shown none. */
  readonly counts?: Counts | null;
  /**
   * Differs whenever anything else does that the reader is shown of the entry; it is to be read
   * anew then. Empty when nothing of it is shown to them any more.
   */
  readonly stamp: string;
}

/** How the doors and the room of one entry behave. Every field has a safe default. */
export interface EntrySettings {
  /** Stage access at the start of a session. */
  readonly stage_mode: StageMode;
  /** How many may be on stage at once. */
  readonly stage_capacity: number;
  /** Whether viewers see the names of viewers. */
  readonly viewer_list: ViewerList;
  /** With `viewer_list` *auto*, up to how many people names are shown. */
  readonly names_up_to: number;
  /** Moderators may invite, never above their own role. */
  readonly moderators_may_invite: boolean;
  /** Guests of every link knock and wait to be admitted. */
  readonly approve_guests: boolean;
  /** An invitation asks for a mailed code at first use (mailbox proof). */
  readonly code_on_first_use: boolean;
  /** What happens when an invitation arrives on a second device. */
  readonly device_policy: DevicePolicy;
  /** Participants may change their own displayed name. */
  readonly guests_may_rename: boolean;
  /** How long before its start a scheduled session opens by itself. */
  readonly lead_s: number;
  /** A scheduled session opens without a host. */
  readonly opens_by_itself: boolean;
  /** How long a session goes on with no host or moderator. */
  readonly host_absent_s: number;
  /** How long a lost participant stays listed as *reconnecting*. */
  readonly grace_s: number;
  /** How long a seat is held for somebody admitted and not yet connected. */
  readonly seat_s: number;
  /**
   * How many people may be in the session; `reserved_seats` of them only for hosts, moderators and
   * invitees.
   */
  readonly capacity: number;
  readonly reserved_seats: number;
  /** How long after the session's end an invitation is still valid. */
  readonly invitation_grace_s: number;
  /** Text that guests have to agree to before they come in; empty: none. */
  readonly consent: string;
  /**
   * How long after a session, or after their last visit where there are no sessions, the names and
   * e-mails of guests are kept; 0: until they are erased by hand.
   */
  readonly names_kept_days: number;
}

/** An entry on the home page. */
export interface EntrySummary {
  readonly entry_id: string;
  readonly kind: EntryKind;
  readonly name: string;
  readonly description: string;
  readonly starts_at?: number | null;
  readonly ends_at?: number | null;
  readonly session_state: SessionState;
  /** There is something to see on its page; live entries always have their room. */
  readonly has_content: boolean;
  readonly people: number;
  readonly part?: Part | null;
  /** When somebody last did anything there. */
  readonly used_at: number;
}

/** A media page for the person who asks. */
export interface EntryView {
  readonly entry_id: string;
  readonly kind: EntryKind;
  readonly name: string;
  readonly description: string;
  /** Only with `may_open`, like the captions. */
  readonly content_url?: string | null;
  readonly captions: readonly Caption[];
  readonly starts_at?: number | null;
  readonly ends_at?: number | null;
  readonly session_id: string;
  readonly session_state: SessionState;
  /** The content may be shown to them (they have a part, or were let in). */
  readonly may_open: boolean;
  readonly may_enter: boolean;
  readonly part?: Part | null;
  /** What they may do on this page. */
  readonly rights: readonly Right[];
  /** Only for those who may edit the entry. */
  readonly settings?: EntrySettings | null;
  /** Who is on the page or in the session now, for staff; null for others. */
  readonly people?: number | null;
  readonly invitation_types: readonly InvitationType[];
}

/** The stable name of a refusal. */
export type ErrorCode =
  | "link_not_found"
  | "link_disabled"
  | "link_expired"
  | "link_used_up"
  | "link_revoked"
  | "wrong_account"
  | "email_mismatch"
  | "other_device"
  | "consent_required"
  | "code_required"
  | "code_wrong"
  | "code_expired"
  | "not_started"
  | "waiting"
  | "declined"
  | "removed"
  | "blocked"
  | "room_full"
  | "room_locked"
  | "stage_full"
  | "session_ended"
  | "not_signed_in"
  | "not_allowed"
  | "last_host"
  | "not_found"
  | "conflict"
  | "link_limit_reached"
  | "rate_limited"
  | "bad_request"
  | "bad_origin"
  | "too_large"
  | "command_reused"
  | "ticket_invalid"
  | "token_invalid"
  | "taken_over"
  | "too_slow"
  | "overloaded"
  | "restarting"
  | "read_only"
  | "version_unsupported"
  | "lti_platform_unknown"
  | "lti_deployment_unknown"
  | "lti_launch_invalid"
  | "lti_other_browser"
  | "lti_no_room"
  | "lti_return_refused"
  | "platform_unreachable"
  | "sign_in_failed"
  | "email_unverified"
  | "internal";

/** Make a link valid for so many days more, from its expiry or from now if that is later. */
export interface ExtendGuestLink {
  readonly type: "extend_guest_link";
  readonly link_id: string;
  readonly days: number;
}

/** Make an invitation valid for so many minutes from now. */
export interface ExtendInvitation {
  readonly type: "extend_invitation";
  readonly invitation_id: string;
  readonly minutes: number;
}

/** One of the three checks before entry, in this order. */
export type Gate = "lobby" | "countdown" | "waiting_room";

/** A taker's answer to one question: choices, or a text. */
export interface Given {
  readonly question_id: string;
  readonly choices?: readonly string[];
  readonly text?: string;
}

/** The last message before a close, because browsers show little of close reasons. */
export interface Goodbye {
  readonly type: "goodbye";
  readonly problem: Problem;
}

/** The groups of the Participants tab, in their order on screen. */
export type Group = "waiting" | "raised_hands" | "on_stage" | "viewers" | "invited";

/** What changed in one group's rows. Operations apply in order, each to the result so far. */
export interface GroupDelta {
  readonly first: number;
  readonly ops: readonly Op[];
}

/** The rows of one group inside the window. `rows` are `LedgerRow`s only in *invited*. */
export interface GroupView {
  readonly first: number;
  readonly rows: readonly Row[];
  readonly invitations: readonly LedgerRow[];
}

/** The *Manage guest access* window. */
export interface GuestAccessView {
  readonly is_on: boolean;
  readonly links: readonly GuestLinkView[];
}

/** What the guest page shows before the form is filled in. */
export interface GuestDoor {
  readonly entry_id: string;
  readonly entry_name: string;
  readonly kind: EntryKind;
  readonly state: LinkState;
  readonly starts_at?: number | null;
  readonly session_state: SessionState;
  readonly consent: string;
  /** Of that text, to be given back with the form by whoever agrees; empty without a text. */
  readonly consent_version: string;
  /** This device came by this link before; the form may be skipped. */
  readonly is_returning: boolean;
  /** The name given before on this device. */
  readonly name: string;
}

/** A guest's form. The e-mail is for identification and is not verified. */
export interface GuestForm {
  readonly token: string;
  readonly name: string;
  readonly email: string;
  /** The `consent_version` of the text that was agreed to. */
  readonly consent?: string;
}

/** A guest link as *Manage guest access* shows it. The URL carries the token. */
export interface GuestLinkView {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly state: LinkState;
  readonly uses: number;
  readonly max_uses?: number | null;
  readonly inside: number;
  readonly created_at: number;
  readonly expires_at?: number | null;
  readonly is_paused: boolean;
  readonly needs_approval: boolean;
}

/** A guest coming back on the same device, without the form. */
export interface GuestReturn {
  readonly token: string;
}

/** An account of the directory. */
export interface HeldAccount {
  readonly account_id: string;
  readonly name: string;
  readonly email: string;
}

/** Answers to a quiz that were handed in; `words` are the texts written. */
export interface HeldAttempt {
  readonly number: number;
  readonly name: string;
  readonly score: number;
  readonly max_score: number;
  readonly submitted_at: number;
  readonly words: readonly string[];
}

/** That somebody is kept out of an entry. */
export interface HeldBlock {
  readonly block_id: string;
  readonly name: string;
  readonly email: string;
  readonly blocked_at: number;
}

/** What one entry holds of somebody. */
export interface HeldEntry {
  readonly entry_id: string;
  readonly entry_name: string;
  readonly part?: Part | null;
  readonly presences: readonly HeldPresence[];
  readonly invitations: readonly HeldInvitation[];
  readonly blocks: readonly HeldBlock[];
  readonly visits: readonly HeldVisit[];
  readonly attempts: readonly HeldAttempt[];
  /** How often they stand there as the one who invited, blocked or changed a role. */
  readonly names_them: number;
  /** How many lines of the audit log name them. */
  readonly audit_lines: number;
}

/** An invitation to an address. */
export interface HeldInvitation {
  readonly invitation_id: string;
  readonly name: string;
  readonly email: string;
  readonly invitation_type: InvitationType;
  readonly message: string;
  readonly created_at: number;
  readonly opened_at?: number | null;
  readonly redeemed_at?: number | null;
  readonly revoked_at?: number | null;
}

/** A mail that lies in the outbox because there is no mail server. */
export interface HeldMail {
  readonly subject: string;
  readonly text: string;
  readonly at: number;
}

/** Somebody in one session; moments in ms UTC. */
export interface HeldPresence {
  readonly session_id: string;
  readonly participant_id: string;
  readonly name: string;
  readonly email: string;
  readonly origin: Origin;
  readonly link_name: string;
  readonly role: Role;
  readonly joined_at: number;
  readonly intervals: readonly (readonly [number, number])[];
  readonly stage_ms: number;
  readonly hands: number;
  readonly role_changes: readonly RoleChangeView[];
  /** The browser, by a random number. */
  readonly device_id: string;
  /** `declined`, `removed` or `blocked`; empty: none of them. */
  readonly kept_out: string;
  /** The version of the text that was agreed to, the text itself, and when. */
  readonly consent: string;
  readonly consent_text: string;
  readonly consented_at?: number | null;
}

/** That a browser came by a guest link, so that it may come back. */
export interface HeldVisit {
  readonly link_name: string;
  readonly name: string;
  readonly email: string;
  readonly session_id: string;
}

/** The first message. `resume` names the position of the last view that the client holds. */
export interface Hello {
  readonly type: "hello";
  readonly wire_version: number;
  readonly resume?: Position | null;
  readonly window?: Window | null;
}

/** Put a row in at a position; those from there on move down. */
export interface Insert {
  readonly op: "insert";
  readonly at: number;
  readonly row: Row | LedgerRow;
}

/** What the invite lobby shows. Nothing about the invited person. */
export interface InvitationDoor {
  readonly entry_id: string;
  readonly entry_name: string;
  readonly kind: EntryKind;
  readonly starts_at?: number | null;
  readonly session_state: SessionState;
  /** The account cookie matches; redeem without an e-mail. */
  readonly is_signed_in_as_invited: boolean;
  /** This device redeemed before; redeem without an e-mail. */
  readonly is_bound_here: boolean;
  /** Signed in with another address; offer to switch. */
  readonly wrong_account: boolean;
}

/** Redeem an invitation. `email` is left out when signed in or on the bound device. */
export interface InvitationForm {
  readonly token: string;
  readonly email?: string | null;
}

/** Which invitations are asked for. */
export interface InvitationIds {
  readonly invitation_ids: readonly string[];
}

/** An invitation, and its link. */
export interface InvitationLink {
  readonly invitation: LedgerRow;
  /** Null where the link is withdrawn, or gives more than the caller may give. */
  readonly url?: string | null;
}

/** The invitations asked for, in that order; those that do not exist are left out. */
export interface InvitationLinks {
  readonly links: readonly InvitationLink[];
}

/**
 * What an invitation gives.
 *
 * Live entries know the first three, others viewer and collaborator.
 */
export type InvitationType = "viewer" | "speaker" | "moderator" | "collaborator";

/** Invite people by e-mail. An address invited before has its invitation updated. */
export interface Invite {
  readonly type: "invite";
  readonly invitees: readonly Invitee[];
  readonly invitation_type: InvitationType;
  readonly send_mail?: boolean;
  /** From now; null means until the session ends plus the entry's grace. */
  readonly valid_minutes?: number | null;
  /** How many first redemptions; null means without limit. */
  readonly uses?: number | null;
  readonly language?: string;
  readonly message?: string;
}

/** One address to invite. */
export interface Invitee {
  readonly email: string;
  readonly first_name?: string;
  readonly last_name?: string;
}

/** Come to the stage unasked (mode *everyone*, or speakers and above). */
export interface JoinStage {
  readonly type: "join_stage";
}

/** Leave the session on purpose: no grace, gone at once. */
export interface Leave {
  readonly type: "leave";
}

/** Leave the stage. */
export interface LeaveStage {
  readonly type: "leave_stage";
}

/** One invitation, for those who may invite; nobody else ever gets one. */
export interface LedgerRow {
  readonly id: string;
  /** Seen by inviters only. */
  readonly email: string;
  /** Seen by inviters only. */
  readonly name: string;
  readonly invitation_type: InvitationType;
  readonly state: LedgerState;
  readonly participant_id?: string | null;
  /** Seen by inviters only. */
  readonly invited_by: string;
  readonly invited_at: number;
  readonly expires_at?: number | null;
  readonly uses: number;
  readonly max_uses?: number | null;
  readonly has_device: boolean;
  /** How the newest mail fared; null when none was asked for. */
  readonly mail?: MailState | null;
}

/** How far an invitation has come. */
export type LedgerState =
  | "created"
  | "sent"
  | "delivered"
  | "bounced"
  | "opened"
  | "redeemed"
  | "inside"
  | "left"
  | "revoked"
  | "expired";

/** The whole ledger in numbers. */
export interface LedgerSummary {
  /** All invitations of the entry. */
  readonly total: number;
  /** Those that the filters let through. */
  readonly matching: number;
  readonly states: Partial<Record<LedgerState, number>>;
  readonly types: Partial<Record<InvitationType, number>>;
  /** Who invited, by name. */
  readonly inviters: readonly string[];
}

/** How many attempts were made by those who came by one guest link. */
export interface LinkCount {
  readonly id: string;
  readonly name: string;
  readonly attempts: number;
}

/** Whether a guest link lets anybody in now, and if not, why. */
export type LinkState = "active" | "paused" | "off" | "expired" | "used_up";

/** The token of a guest link or an invite link, out of the URL's fragment. */
export interface LinkToken {
  readonly token: string;
}

/** Lower one's own hand, or somebody's. */
export interface LowerHand {
  readonly type: "lower_hand";
  readonly participant_id?: string | null;
}

/** Choose a room for the course, or have one made. Exactly one of both is given. */
export interface LtiChoose {
  readonly launch: string;
  readonly key: string;
  readonly entry_id?: string | null;
  readonly name?: string | null;
}

/** What the browser posts to the platform, in a form with one field, `JWT`. */
export interface LtiChosen {
  readonly return_url: string;
  readonly jwt: string;
}

/** A launch that was found good, and the key of the browser in which it began. */
export interface LtiEnter {
  readonly launch: string;
  readonly key: string;
}

/** What follows from a launch. */
export interface LtiEntered {
  /**
   * A host token, to go into the room with, together with the same key; null where a room is to be
   * chosen.
   */
  readonly token?: string | null;
  /** Of the room. */
  readonly entry_id?: string | null;
  /** Its title. */
  readonly course: string;
  /** That may be chosen. */
  readonly rooms: readonly CourseRoom[];
  /** For a new one. */
  readonly suggested_name: string;
}

/** A browser goes on with a launch. */
export interface LtiLogin {
  /** What the platform began, out of the fragment. */
  readonly login: string;
  /** Fresh; the browser keeps it, and shows it when the platform has sent it back. */
  readonly key: string;
}

/** Where the browser goes now. */
export interface LtiLoginReply {
  /** Of the platform. */
  readonly url: string;
  /** Names the key in the browser's storage, or the platform's. */
  readonly state: string;
  /** The frame of the platform that keeps things for us; empty for none. */
  readonly storage: string;
  /** Of that frame. */
  readonly origin: string;
}

/** A platform was registered. */
export interface LtiRegistered {
  readonly name: string;
}

/** The mail as the invitee would get it, with a link that leads nowhere in place of theirs. */
export interface MailPreview {
  readonly sender: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** In which it is written: the one asked for, where there are templates for it. */
  readonly language: string;
  readonly has_calendar: boolean;
}

/** An invitation as it would be made, for looking at its mail first. */
export interface MailPreviewForm {
  readonly invitee: Invitee;
  readonly invitation_type: InvitationType;
  readonly valid_minutes?: number | null;
  readonly language?: string;
  readonly message?: string;
}

/** How the newest mail of an invitation fared. */
export type MailState = "due" | "sent" | "delivered" | "bounced" | "failed";

/** One answer of an attempt, and what it got. */
export interface MarkedAnswer {
  readonly question_id: string;
  readonly choices: readonly string[];
  readonly text: string;
  /** Null where no answer is right or wrong. */
  readonly is_right?: boolean | null;
  readonly points: number;
}

/** Who is calling. All null for somebody not signed in. */
export interface Me {
  readonly account_id?: string | null;
  readonly name?: string | null;
  readonly email?: string | null;
  /** The host of the embedded default, who may open the outbox and make entries. */
  readonly is_operator: boolean;
}

/** How to enter the media plane as oneself. */
export interface MediaAccess {
  /** Of the media server. */
  readonly url: string;
  /**
   * A LiveKit access token, for this person in this session alone. Ask for a new one when it has
   * expired before connecting; who is connected needs none.
   */
  readonly token: string;
  readonly expires_at: number;
  /** What the token lets them send now; changes reach the media server directly. */
  readonly may_publish: readonly MediaSource[];
}

/** What can be sent. The names are those of LiveKit. */
export type MediaSource = "microphone" | "camera" | "screen_share";

/** Say something to everybody in the waiting room. */
export interface MessageWaiting {
  readonly type: "message_waiting";
  readonly text: string;
}

/** Mint a host token for somebody (API key with scope `tokens`). */
export interface MintToken {
  readonly account_id: string;
  readonly name: string;
  readonly email: string;
  readonly entry_id?: string | null;
  /** Their part in the entry, granted when the token is redeemed. */
  readonly part?: Part | null;
  readonly valid_s?: number;
}

/** A host token and the URL that signs in with it, once. */
export interface MintedToken {
  readonly token: string;
  readonly url: string;
  readonly expires_at: number;
}

/** Take the row at a position out and put it in at another, with some fields replaced. */
export interface Move {
  readonly op: "move";
  readonly at: number;
  /** Where it stands afterwards. */
  readonly to: number;
  readonly fields: Record<string, unknown>;
}

/** Mute somebody. */
export interface Mute {
  readonly type: "mute";
  readonly participant_id: string;
}

/** Mute everybody but the actor. */
export interface MuteAll {
  readonly type: "mute_all";
}

/** A process that serves. */
export interface NodeView {
  /** New at each start. */
  readonly id: string;
  /** What operators call it. */
  readonly name: string;
  /** It renews its claim; without that, others take its connections for lost. */
  readonly is_alive: boolean;
  readonly started_at: number;
  /** When it said all this. */
  readonly told_at: number;
  readonly rooms: number;
  readonly connections: number;
  /** Sockets that take nothing now. */
  readonly slow: number;
  readonly commands_per_s: number;
  readonly joins_per_s: number;
  readonly deliveries_per_s: number;
  /** 99 of 100 commands of the last minute were answered within that; null without any. */
  readonly p99_ms?: number | null;
  /** Batches decided anew because another node was first, since the start. */
  readonly conflicts: number;
  /** Batches that the store did not take, since the start. */
  readonly put_off: number;
}

/** Something happened to you, and by whom. */
export interface Notice {
  readonly type: "notice";
  readonly kind: NoticeKind;
  /** The displayed name of who did it. */
  readonly by?: string | null;
  readonly role?: string | null;
}

/** What a participant is told beside the change itself. */
export type NoticeKind =
  | "role_changed"
  | "rights_changed"
  | "renamed"
  | "muted"
  | "camera_turned_off"
  | "unmute_requested"
  | "hard_muted"
  | "hard_mute_released"
  | "hand_lowered"
  | "stage_offered"
  | "stage_offer_revoked"
  | "stage_request_declined"
  | "removed_from_stage"
  | "admitted"
  | "sent_back"
  | "other_device_joined";

/** Invite somebody to the stage; also how a request is approved (*Bring to stage*). */
export interface OfferStage {
  readonly type: "offer_stage";
  readonly participant_id: string;
  /** When the stage is full, take the longest silent one off it first. */
  readonly replace?: boolean;
}

/** Sign in at a provider. */
export interface OidcBegin {
  readonly provider_id: string;
  /** Fresh; the browser keeps it, and shows it when it comes back. */
  readonly key: string;
}

/** Where the browser goes now. */
export interface OidcBegun {
  readonly url: string;
}

/** The browser is back from the provider. */
export interface OidcFinish {
  /**
   * The last part of the address. Each provider has an address of its own to send people back to,
   * so that no answer is taken for that of another (mix-up).
   */
  readonly provider_id: string;
  readonly state: string;
  readonly code: string;
  /** As well, where the provider says who it is. */
  readonly iss?: string | null;
  /** Of the browser, from `OidcBegin`. */
  readonly key: string;
}

/** One change to the rows of a group. */
export type Op = Insert | Delete | Update | Move;

/** A site at a moment. */
export interface OperatorView {
  readonly now: number;
  readonly nodes: readonly NodeView[];
  /** The busiest, by connections; each node names twenty at most. */
  readonly rooms: readonly RoomLoad[];
}

/** How somebody came. A guest is an origin, not a role. */
export type Origin = "account" | "guest_link" | "invitation";

/** A mail that would have been sent; only in the embedded default without SMTP. */
export interface OutboxMail {
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly has_calendar: boolean;
  readonly at: number;
}

/** What the caller answered; what is right only where takers may see it. */
export interface OwnAnswer {
  readonly question_id: string;
  readonly choices: readonly string[];
  readonly text: string;
  readonly is_right?: boolean | null;
  readonly points?: number | null;
  readonly right?: readonly string[] | null;
  readonly accepted?: readonly string[] | null;
  readonly explanation?: string | null;
}

/** One of the caller's own attempts; the score only where takers may see it. */
export interface OwnAttempt {
  /** Counted from 1 among the caller's own. */
  readonly number: number;
  readonly submitted_at: number;
  readonly score?: number | null;
  readonly max_score?: number | null;
  readonly is_passed?: boolean | null;
}

/** The caller's own attempts, oldest first. */
export interface OwnAttempts {
  readonly attempts: readonly OwnAttempt[];
  readonly newest?: OwnResult | null;
}

/** The caller's newest attempt in full, with the questions as they were then. */
export interface OwnResult {
  readonly attempt: OwnAttempt;
  readonly questions: readonly TakerQuestion[];
  readonly answers: readonly OwnAnswer[];
}

/** For whom a platform makes an entry. */
export interface Owner {
  readonly account_id: string;
  readonly name: string;
  readonly email: string;
}

/** The lasting part that an account plays in an entry (its affiliation). */
export type Part = "owner" | "co_owner" | "co_editor" | "co_publisher" | "co_viewer";

/** Pause a link, or let it go on. */
export interface PauseGuestLink {
  readonly type: "pause_guest_link";
  readonly link_id: string;
  readonly is_paused: boolean;
}

/** Known users that match what was typed. */
export interface PeopleFound {
  readonly people: readonly PersonView[];
}

/** What was erased: in so many entries, accounts and mails a name or an address stood. */
export interface PersonErased {
  readonly person_ids: readonly string[];
  readonly entries: number;
  readonly accounts: number;
  readonly mails: number;
}

/** Everything that is held about one person. */
export interface PersonHeld {
  /** Under which their names are sealed: digests of their addresses. */
  readonly person_ids: readonly string[];
  readonly at: number;
  readonly accounts: readonly HeldAccount[];
  readonly entries: readonly HeldEntry[];
  readonly mails: readonly HeldMail[];
}

/** Who is meant: an e-mail address, or an account. One of the two. */
export interface PersonRef {
  readonly email?: string | null;
  readonly account_id?: string | null;
}

/** A known user, found by type-ahead. */
export interface PersonView {
  readonly account_id: string;
  readonly name: string;
  readonly email: string;
}

/** Still there? Answer with a pong. */
export interface Ping {
  readonly type: "ping";
  /**
   * What is shown may be out of date, and nothing can be changed: the server does not reach its
   * store. Left out by the first ping after it does.
   */
  readonly is_stale?: true | null;
}

/**
 * A learning platform, as its administrator knows it.
 *
 * The same issuer and client id again change what is registered.
 */
export interface PlatformForm {
  readonly name?: string;
  /** The platform's name for itself (Moodle: *Platform ID*). */
  readonly issuer: string;
  /** Its name for us. */
  readonly client_id: string;
  /** Ids of the places in it where the tool is installed; others are refused. */
  readonly deployments?: readonly string[];
  /** Where a launch is asked for (*Authentication request URL*). */
  readonly authorize_url: string;
  /** Where access tokens are (*Access token URL*). */
  readonly token_url: string;
  /** Where its public keys are (*Public keyset URL*). */
  readonly keys_url: string;
  /** To whom requests for access tokens are addressed, where it is not `token_url`. */
  readonly audience?: string;
  /**
   * Changes to the table of roles: a role of the platform, and what it is here: `host`,
   * `moderator`, `viewer`, or null to have it count for nothing.
   */
  readonly roles?: Record<string, Role | null>;
  /** Its e-mail addresses are believed, so that invitations to them open. */
  readonly trusts_email?: boolean;
  /** Attendance goes to the platform as a grade. */
  readonly sends_grades?: boolean;
  /** Further origins to which chosen rooms may be sent (Deep Linking). */
  readonly return_origins?: readonly string[];
}

/** The registered platforms, the oldest first. */
export interface PlatformList {
  readonly platforms: readonly PlatformView[];
}

/** A registered platform. */
export interface PlatformView {
  readonly name: string;
  readonly issuer: string;
  readonly client_id: string;
  readonly deployments: readonly string[];
  readonly authorize_url: string;
  readonly token_url: string;
  readonly keys_url: string;
  readonly audience: string;
  /** The whole table as it is in force. */
  readonly roles: Record<string, Role | null>;
  readonly trusts_email: boolean;
  readonly sends_grades: boolean;
  readonly return_origins: readonly string[];
  readonly platform_id: string;
  readonly added_at: number;
}

/** The answer to a ping. */
export interface Pong {
  readonly type: "pong";
}

/** A place in a room's log. Versions compare only within an epoch. */
export interface Position {
  readonly epoch: string;
  readonly version: number;
}

/** Whether a participant can hear us. */
export type Presence = "seat" | "present" | "reconnecting" | "left";

/** A refusal, the same over the socket and HTTP (there as `application/problem+json`). */
export interface Problem {
  readonly code: ErrorCode;
  readonly sentence: string;
  readonly again: boolean;
  readonly retry_after_ms?: number | null;
  /** Which field was not understood, for `bad_request`. */
  readonly where?: string | null;
  /** Why the session is over, for `session_ended` told to those inside. */
  readonly end_reason?: EndReason | null;
  /** Which wire versions are spoken here, for `version_unsupported`. */
  readonly wire_versions?: readonly number[] | null;
}

/** Where somebody can sign in. */
export interface Provider {
  readonly provider_id: string;
  readonly name: string;
}

/** Where people can sign in, in the order of the configuration. */
export interface ProviderList {
  readonly providers: readonly Provider[];
}

/** One question with its right answer. */
export interface Question {
  readonly id: string;
  readonly kind: QuestionKind;
  readonly text: string;
  /** For `single` and `multiple`; at least two. */
  readonly choices: readonly Choice[];
  /**
   * The right choices: one, for `multiple` at least one; for `true_false` the choice `true` or
   * `false`. None where no answer is right or wrong.
   */
  readonly right: readonly string[];
  /** For `text`: what counts as right, whatever its case and spaces. */
  readonly accepted: readonly string[];
  /** For a right answer; 0 where none is right or wrong. */
  readonly points: number;
  /** Shown where right answers are. */
  readonly explanation: string;
}

/** How a question is answered. */
export type QuestionKind = "single" | "multiple" | "true_false" | "text";

/** How one question of the present version was answered. */
export interface QuestionSummary {
  readonly question_id: string;
  /** Attempts in which it was asked. */
  readonly answers: number;
  /** Of these, with the right answer. */
  readonly right: number;
  /** Of these, without an answer. */
  readonly blank: number;
  /** How often each choice was taken. */
  readonly chosen: Record<string, number>;
  /** The most frequent texts. */
  readonly texts: readonly TextCount[];
}

/** A whole quiz as its editors see it. Without questions there is none to take. */
export interface Quiz {
  readonly questions: readonly Question[];
  readonly settings: QuizSettings;
}

/** How a quiz is taken. */
export interface QuizSettings {
  /** How often one taker may answer; null: without a limit of the quiz's own. */
  readonly attempts?: number | null;
  /** What a taker is told after an attempt. */
  readonly show_after: ShowAfter;
  /** Of the points, to pass; null: nobody passes or fails. */
  readonly pass_percent?: number | null;
  /** In another order for each taker, always the same for one. */
  readonly shuffle_questions: boolean;
  /** The same for the choices of a question. */
  readonly shuffle_choices: boolean;
}

/** The quiz with its right answers, for those who edit it or read its attempts. */
export interface QuizSheet {
  readonly quiz: Quiz;
  /** Counts every change; an editor says which one they began from. */
  readonly revision: number;
  /** The revision in which the questions last changed. */
  readonly version: number;
  /** Somebody has answered these questions. */
  readonly is_taken: boolean;
}

/** The attempts that match, in numbers. */
export interface QuizSummary {
  /** All attempts, whether they match or not. */
  readonly total: number;
  /** Those that match. */
  readonly attempts: number;
  /** By how many people these were made. */
  readonly takers: number;
  /** Of the points, over the attempts that match; null: none had points. */
  readonly mean_percent?: number | null;
  /** Takers who have passed; null where there is no pass mark. */
  readonly passed?: number | null;
  /** How many attempts got 0 to 9 percent of the points, 10 to 19, …, 90 to 100. */
  readonly scores: readonly number[];
  /** How many of all attempts were made by people who came in each way. */
  readonly origins: Partial<Record<Origin, number>>;
  /** The same for each guest link. Seen by staff only. */
  readonly links?: readonly LinkCount[] | null;
  readonly questions: readonly QuestionSummary[];
}

/** Raise one's own hand. */
export interface RaiseHand {
  readonly type: "raise_hand";
}

/** A stretch of a group: `count` rows from position `first` (counted from 0). */
export interface Range {
  readonly first?: number;
  readonly count?: number;
}

/** Undo a removal: the person may come back in. */
export interface Readmit {
  readonly type: "readmit";
  readonly participant_id: string;
}

/** Give the link a new URL; the old one stops working, its uses start again at nought. */
export interface RegenerateGuestLink {
  readonly type: "regenerate_guest_link";
  readonly link_id: string;
}

/** A person says yes to registering the platform that has sent them. */
export interface RegisterPlatform {
  readonly registration: string;
}

/** Let one platform register itself; see `PlatformForm` for what is decided beforehand. */
export interface RegistrationForm {
  readonly trusts_email?: boolean;
  readonly sends_grades?: boolean;
}

/** An address with which one platform registers itself (dynamic registration). */
export interface RegistrationUrl {
  readonly url: string;
  readonly expires_at: number;
}

/** Remove somebody from the room; they need a host's word to come back this session. */
export interface Remove {
  readonly type: "remove";
  readonly participant_id: string;
}

/** Take an account's part in the entry away. */
export interface RemoveCollaborator {
  readonly type: "remove_collaborator";
  readonly account_id: string;
}

/** Take somebody off the stage; they stay in the room. */
export interface RemoveFromStage {
  readonly type: "remove_from_stage";
  readonly participant_id: string;
}

/** Change the displayed name, one's own or somebody's. */
export interface Rename {
  readonly type: "rename";
  readonly participant_id?: string | null;
  readonly name: string;
}

/** Tell an entry's messages again, from a number on. They keep their ids. */
export interface Replay {
  readonly entry_id: string;
  readonly from_number: number;
}

/** How many messages are told again. Those older than seven days are gone. */
export interface Replayed {
  readonly messages: number;
}

/** The answer to a command: done (it is in the log) or refused (nothing changed). */
export interface Reply {
  readonly type: "reply";
  readonly id: string;
  readonly is_done: boolean;
  readonly version?: number | null;
  readonly result?: Record<string, unknown> | null;
  readonly problem?: Problem | null;
}

/** Ask to come to the stage (mode *by request*). */
export interface RequestStage {
  readonly type: "request_stage";
}

/** Ask somebody to unmute; nobody can be unmuted by another. */
export interface RequestUnmute {
  readonly type: "request_unmute";
  readonly participant_id: string;
}

/** Mail the invitation again. */
export interface ResendInvitation {
  readonly type: "resend_invitation";
  readonly invitation_id: string;
}

/** Forget the device; the next one that redeems with the right e-mail is bound. */
export interface ResetInvitationDevice {
  readonly type: "reset_invitation_device";
  readonly invitation_id: string;
}

/** Delete a link, and remove everybody who came by it. */
export interface RevokeGuestLink {
  readonly type: "revoke_guest_link";
  readonly link_id: string;
}

/** Withdraw an invitation. With `remove`, whoever is inside by it is removed too. */
export interface RevokeInvitation {
  readonly type: "revoke_invitation";
  readonly invitation_id: string;
  readonly remove?: boolean;
}

/** Take an offer back; any moderator may. */
export interface RevokeStageOffer {
  readonly type: "revoke_stage_offer";
  readonly participant_id: string;
}

/** Permission for one kind of action inside a session or on an entry. */
export type Right =
  | "raise_hand"
  | "request_stage"
  | "join_stage"
  | "rename_self"
  | "enter_early"
  | "pass_lock"
  | "see_staff"
  | "admit"
  | "lock"
  | "start_session"
  | "end_session"
  | "lower_hands"
  | "manage_stage"
  | "mute_others"
  | "set_role"
  | "edit_rights"
  | "rename_others"
  | "remove"
  | "block"
  | "invite"
  | "manage_guest_access"
  | "export"
  | "edit_entry"
  | "manage_collaborators"
  | "delete_entry";

/** What a participant is in one session; ranked, and changed live. */
export type Role = "host" | "moderator" | "speaker" | "viewer";

/** One change of somebody's role. `by` is empty where nobody is known any more. */
export interface RoleChangeView {
  readonly at: number;
  readonly before: Role;
  readonly after: Role;
  readonly by: string;
}

/** A room that is open somewhere, and how much is going on in it. */
export interface RoomLoad {
  readonly entry_id: string;
  /** Empty where the node that was asked does not have the room. */
  readonly entry_name: string;
  /** Inside, on whichever node. */
  readonly people: number;
  /** At the nodes of which it is one of the busiest rooms. */
  readonly connections: number;
  /** How many nodes those are. */
  readonly nodes: number;
}

/** One person in the tab. */
export interface Row {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly origin: Origin;
  readonly is_custom: boolean;
  readonly presence: Presence;
  readonly devices: number;
  readonly hand_raised_at?: number | null;
  readonly stage: StagePlace;
  readonly on_stage_since?: number | null;
  readonly has_microphone_on: boolean;
  readonly has_camera_on: boolean;
  /** Seen by staff only. */
  readonly email?: string | null;
  /** Seen by staff only. */
  readonly link_name?: string | null;
  /** Seen by staff only. */
  readonly wait_reason?: WaitReason | null;
  /** Seen by staff only. */
  readonly waiting_since?: number | null;
}

/**
 * A participant's own state: what only they are told.
 *
 * While `gate` is set nothing else of the room is sent to them.
 */
export interface SelfView {
  readonly participant_id: string;
  readonly session_id: string;
  readonly entry_name: string;
  readonly name: string;
  readonly role: Role;
  readonly rights: readonly Right[];
  readonly is_custom: boolean;
  readonly origin: Origin;
  readonly gate?: Gate | null;
  readonly wait_reason?: WaitReason | null;
  readonly waiting_message: string;
  readonly starts_at?: number | null;
  /** Told at the gates, for the calendars of those who wait. */
  readonly ends_at?: number | null;
  readonly hand_raised_at?: number | null;
  readonly stage: StagePlace;
  readonly has_microphone_on: boolean;
  readonly has_camera_on: boolean;
  readonly is_hard_muted: boolean;
  readonly devices: number;
}

/** Send somebody back to the waiting room. */
export interface SendBack {
  readonly type: "send_back";
  readonly participant_id: string;
}

/** The same answer whether or not a mail went out, so that it tells nothing. */
export interface Sent {
  readonly sent: boolean;
}

/** Everything that the server says over the socket. */
export type ServerMessage = Welcome | You | Snapshot | Delta | Reply | Notice | Ping | Goodbye;

/** The life of a session. *Locked* is a separate switch. */
export type SessionState = "scheduled" | "early" | "open" | "ended";

/** The state of the session that everybody inside sees. */
export interface SessionView {
  readonly session_id: string;
  readonly entry_id: string;
  readonly entry_name: string;
  readonly kind: EntryKind;
  readonly state: SessionState;
  readonly is_locked: boolean;
  readonly is_hard_muted: boolean;
  readonly stage_mode: StageMode;
  readonly stage_capacity: number;
  readonly starts_at?: number | null;
  readonly opened_at?: number | null;
  readonly ended_at?: number | null;
  readonly end_reason?: EndReason | null;
  /** When the session ends if no host or moderator comes back; visible to all. */
  readonly host_absent_ends_at?: number | null;
  /** Whether this audience is sent the rows of viewers. */
  readonly shows_names: boolean;
}

/** Switch one's own camera. */
export interface SetCamera {
  readonly type: "set_camera";
  readonly is_on: boolean;
}

/** Give an account a lasting part in the entry, or change it. */
export interface SetCollaborator {
  readonly type: "set_collaborator";
  readonly account_id: string;
  readonly name: string;
  readonly email: string;
  readonly part: Part;
}

/** The master switch *Enable guest access*. People already inside stay. */
export interface SetGuestAccess {
  readonly type: "set_guest_access";
  readonly is_on: boolean;
}

/** Mute everybody below moderator and keep them muted until released. */
export interface SetHardMute {
  readonly type: "set_hard_mute";
  readonly is_on: boolean;
}

/** Lock the room (arrivals wait) or unlock it (those who waited for that come in). */
export interface SetLock {
  readonly type: "set_lock";
  readonly is_locked: boolean;
}

/** Switch one's own microphone. */
export interface SetMicrophone {
  readonly type: "set_microphone";
  readonly is_on: boolean;
}

/** Write the quiz of an entry of that kind; without questions there is none. */
export interface SetQuiz {
  readonly type: "set_quiz";
  readonly quiz: Quiz;
  /**
   * The revision that was edited, 0 for none; refused as `conflict` when somebody else changed the
   * quiz meanwhile.
   */
  readonly based_on?: number;
}

/** Give or take single rights; the person is then shown as custom. Replaces earlier ones. */
export interface SetRights {
  readonly type: "set_rights";
  readonly participant_id: string;
  readonly granted?: readonly Right[];
  readonly revoked?: readonly Right[];
}

/** Give a participant a role, at once. */
export interface SetRole {
  readonly type: "set_role";
  readonly participant_id: string;
  readonly role: Role;
  /** The last host or moderator steps down although nobody is left to host. */
  readonly even_if_last?: boolean;
}

/** Set stage access. */
export interface SetStageMode {
  readonly type: "set_stage_mode";
  readonly mode: StageMode;
}

/** The name of one setting. */
export type SettingName =
  | "stage_mode"
  | "stage_capacity"
  | "viewer_list"
  | "names_up_to"
  | "moderators_may_invite"
  | "approve_guests"
  | "code_on_first_use"
  | "device_policy"
  | "guests_may_rename"
  | "lead_s"
  | "opens_by_itself"
  | "host_absent_s"
  | "grace_s"
  | "seat_s"
  | "capacity"
  | "reserved_seats"
  | "invitation_grace_s"
  | "consent"
  | "names_kept_days";

/** What a taker is told after an attempt; each gives all that stands before it. */
export type ShowAfter = "nothing" | "score" | "answers_at_end" | "answers";

/** Redeem a host token once, for an account cookie. */
export interface SignIn {
  readonly token: string;
  /** Of the browser, where the token came out of a launch (LTI) and is for it alone. */
  readonly key?: string | null;
}

/** The answer to signing in. */
export interface SignedIn {
  readonly me: Me;
  /** Where the page goes now: a path of this server. */
  readonly next: string;
}

/** A session that has a record. `people`: of one that is over, how many were there. */
export interface SittingView {
  readonly session_id: string;
  readonly state: SessionState;
  readonly opened_at?: number | null;
  readonly ended_at?: number | null;
  readonly people?: number | null;
}

/** The sessions of an entry that the caller may see the records of, the newest first. */
export interface SittingsView {
  readonly entry_id: string;
  readonly entry_name: string;
  readonly sessions: readonly SittingView[];
}

/** A whole view. */
export interface Snapshot {
  readonly type: "snapshot";
  readonly position: Position;
  readonly view: View;
}

/** Who may come to the stage without being asked. */
export type StageMode = "everyone" | "by_request" | "invite_only";

/** Where a participant stands with respect to the stage. */
export type StagePlace = "off" | "requested" | "offered" | "on";

/** Open the session; after one has ended, open a new one. */
export interface StartSession {
  readonly type: "start_session";
}

/** Hand in one's answers, as anybody may who was let in; the server marks them. */
export interface SubmitQuiz {
  readonly type: "submit_quiz";
  /**
   * Of the questions that were answered; refused as `conflict` when they changed meanwhile, so that
   * nobody is marked by questions they never saw.
   */
  readonly version: number;
  /** At most one for each question; what is left out was not answered. */
  readonly answers: readonly Given[];
}

/** One question as takers see it, before and after. */
export interface TakerQuestion {
  readonly id: string;
  readonly kind: QuestionKind;
  readonly text: string;
  readonly choices: readonly Choice[];
  readonly points: number;
}

/** A quiz as takers see it, in the order that is theirs. */
export interface TakerQuiz {
  /** Of the questions; an attempt names the one that it answers. */
  readonly version: number;
  readonly questions: readonly TakerQuestion[];
  /** How often one may answer; null: without limit. */
  readonly attempts?: number | null;
  /** How often the caller still may; null: without limit. */
  readonly left?: number | null;
  readonly show_after: ShowAfter;
  readonly pass_percent?: number | null;
  /**
   * Tells one taker from another and says nothing else; a page keeps under it what is not handed in
   * yet, so that the next at a shared computer does not find it.
   */
  readonly taker: string;
}

/** How often a text was given as an answer, whatever its case and spaces. */
export interface TextCount {
  readonly text: string;
  readonly count: number;
}

/** Our public keys, the one that signs first. */
export interface ToolKeyList {
  readonly keys: readonly ToolKeyView[];
}

/** One of our public keys. */
export interface ToolKeyView {
  readonly key_id: string;
  readonly made_at: number;
  /** When it is taken out of the list of keys; null for the one that signs. */
  readonly until?: number | null;
}

/** What a platform's administrator has to type in about us. */
export interface ToolView {
  readonly login_url: string;
  readonly launch_url: string;
  readonly keys_url: string;
  readonly deep_linking_url: string;
}

/** What a message tells. In this order where one moment brings several. */
export type Topic =
  | "session.started"
  | "invitation.bounced"
  | "invitation.redeemed"
  | "participant.joined"
  | "participant.role_changed"
  | "participant.media_changed"
  | "hand.raised"
  | "participant.left"
  | "session.ended"
  | "test";

/** Sums over people; durations in ms. */
export interface TotalsView {
  readonly people: number;
  /** How many are inside at the moment. */
  readonly here: number;
  readonly present_ms: number;
  readonly average_ms: number;
  readonly median_ms: number;
  /** How many were on stage at all. */
  readonly on_stage: number;
  readonly stage_ms: number;
  /** How many raised a hand at all; `hands` is how often that was. */
  readonly raised: number;
  readonly hands: number;
}

/** Switch somebody's camera off. */
export interface TurnCameraOff {
  readonly type: "turn_camera_off";
  readonly participant_id: string;
}

/** Switch every camera off but the actor's. */
export interface TurnCamerasOff {
  readonly type: "turn_cameras_off";
}

/** Undo a block. The person may come back by their link. */
export interface Unblock {
  readonly type: "unblock";
  readonly block_id: string;
}

/** Raise the hands again that were lowered all at once, in their old order, within 10 s. */
export interface UndoClearHands {
  readonly type: "undo_clear_hands";
}

/** Undo the last role or permission change of somebody, within a few seconds. */
export interface UndoRole {
  readonly type: "undo_role";
  readonly participant_id: string;
}

/** Look at nothing; only `you`, notices and replies come. */
export interface Unwatch {
  readonly type: "unwatch";
}

/** Replace some fields of the row at a position. */
export interface Update {
  readonly op: "update";
  readonly at: number;
  readonly fields: Record<string, unknown>;
}

/** What an audience sees through a window. */
export interface View {
  readonly session: SessionView;
  readonly counts: Counts;
  /** With a search: how many match in each group. */
  readonly matches?: Counts | null;
  readonly groups: Partial<Record<Group, GroupView>>;
}

/** The difference of two views through the same window. What is null did not change. */
export interface ViewDelta {
  readonly session?: SessionView | null;
  readonly counts?: Counts | null;
  readonly matches?: Counts | null;
  readonly groups: Partial<Record<Group, GroupDelta>>;
}

/** Whether viewers see the names of viewers. */
export type ViewerList = "always" | "auto" | "never";

/** Why somebody is in the waiting room. */
export type WaitReason = "locked" | "approval" | "sent_back";

/** Look at this part of the tab from now on; answered by a snapshot. */
export interface Watch {
  readonly type: "watch";
  readonly window: Window;
}

/** Those who came in one way: by account, by invitation, or by the guest links of one name. */
export interface WayView {
  readonly origin: Origin;
  /** Seen by staff only. */
  readonly link_name: string;
  readonly totals: TotalsView;
}

/** What happened. */
export interface WebhookData {
  /** Dense in each entry, 1, 2, 3 …; messages come in this order. */
  readonly number: number;
  readonly entry_id: string;
  readonly entry_name: string;
  readonly session_id?: string | null;
  readonly person?: WebhookPerson | null;
  readonly reason?: EndReason | null;
  /** With `session.ended`: who was inside, and has left with it. */
  readonly people?: number | null;
}

/** A subscription that is no more. */
export interface WebhookDeleted {
  readonly id: string;
}

/** A new subscription. */
export interface WebhookForm {
  readonly url: string;
  /** Which messages; none: all. */
  readonly topics?: readonly Topic[];
  /** Of this entry alone; null: of every entry. */
  readonly entry_id?: string | null;
}

/** The body of a delivery. */
export interface WebhookMessage {
  readonly type: Topic;
  /** When it happened, RFC 3339, UTC. That of the delivery is in the header. */
  readonly timestamp: string;
  readonly data: WebhookData;
}

/** Whom a message is about. Name and e-mail are empty once the person was erased. */
export interface WebhookPerson {
  readonly name: string;
  readonly email: string;
  readonly participant_id?: string | null;
  readonly account_id?: string | null;
  readonly origin?: Origin | null;
  readonly role?: Role | null;
  readonly role_before?: Role | null;
  readonly link_id?: string | null;
  readonly link_name?: string | null;
  readonly invitation_id?: string | null;
  readonly changed_by?: string | null;
  readonly may_publish: readonly MediaSource[];
}

/** How a subscription fares. */
export type WebhookState = "active" | "resting" | "paused" | "gone";

/** Pause a subscription, or have it go on. What was missed meanwhile is told then. */
export interface WebhookSwitch {
  readonly is_paused: boolean;
}

/** A subscription. */
export interface WebhookView {
  readonly id: string;
  readonly url: string;
  readonly topics: readonly Topic[];
  readonly entry_id?: string | null;
  readonly state: WebhookState;
  readonly created_at: number;
  /** Signs the messages; derived, so it can be shown again. */
  readonly secret: string;
}

/** The answer to hello. */
export interface Welcome {
  readonly type: "welcome";
  readonly wire_version: number;
  readonly session_id: string;
  readonly participant_id: string;
  readonly connection_id: string;
  readonly server_time: number;
  /** How often a ping comes; a client that misses two reconnects. */
  readonly ping_ms: number;
  /** The client's view is still current at its position: no snapshot follows. */
  readonly is_resumed: boolean;
}

/**
 * Which part of the tab a person looks at. With `search`, groups hold only matches.
 *
 * A group left out of `groups` sends no rows; its count is sent all the same.
 */
export interface Window {
  readonly groups?: Partial<Record<Group, Range>>;
  readonly search?: string;
}

/** Take one's own request back. */
export interface WithdrawStageRequest {
  readonly type: "withdraw_stage_request";
}

/** The participant's own state, whenever it changes. */
export interface You {
  readonly type: "you";
  readonly you: SelfView;
}
