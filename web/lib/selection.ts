/** Who is selected in the tab: survives scrolling and moves between groups; who left drops out. */

import { countOf, findRow, GROUPS } from "./roster";
import { loaded, placeOf, type Place } from "./places";
import type { Group, Row, View } from "./protocol";

/** Groups that hold people; the ledger holds invitations. */
const PEOPLE: readonly Group[] = GROUPS.filter((group) => group !== "invited");
/** Rows that are remembered for a range, so that a tab that is open all day stays small. */
const MOST_REMEMBERED = 5_000;

/**
 * Where ranges begin, and everybody who was seen in that group since: a range takes in those
 * who were scrolled past, although they are loaded no more.
 */
class Anchor {
  readonly #rows = new Map<number, Row>();

  constructor(readonly id: string, readonly group: Group, public index: number) {}

  /** Take in what is loaded. When people came or went above, everything moves with the anchor. */
  see(view: View): void {
    const at = placeOf(view, this.id, [this.group]);
    if (at && at.index !== this.index) this.#shift(at.index - this.index);
    const first = view.groups[this.group]?.first ?? 0;
    loaded(view, this.group).forEach((row, offset) => {
      if (this.#rows.size < MOST_REMEMBERED || this.#rows.has(first + offset)) {
        this.#rows.set(first + offset, row as Row);
      }
    });
  }

  /** Those seen from the anchor up to a place. */
  upTo(index: number): Row[] {
    const [low, high] = [Math.min(this.index, index), Math.max(this.index, index)];
    return [...this.#rows].filter(([at]) => at >= low && at <= high).map(([, row]) => row);
  }

  #shift(by: number): void {
    this.index += by;
    const moved = [...this.#rows].map(([at, row]) => [at + by, row] as const);
    this.#rows.clear();
    for (const [at, row] of moved) this.#rows.set(at, row);
  }
}

export class Selection {
  static readonly none = new Selection(new Map(), null);

  private constructor(
    /** Everybody selected, as last seen. */
    readonly people: ReadonlyMap<string, Row>,
    readonly anchor: Anchor | null,
    /** How far from the anchor the range reaches, and whom it has taken in. */
    readonly range: { by: number; taken: ReadonlySet<string> } | null = null,
  ) {}

  get size(): number {
    return this.people.size;
  }

  /** People of the range who have not been loaded, and so are not selected. */
  get missing(): number {
    const { anchor, range } = this;
    if (!anchor || !range) return 0;
    return Math.abs(range.by) + 1 - anchor.upTo(anchor.index + range.by).length;
  }

  has(id: string): boolean {
    return this.people.has(id);
  }

  toggle(view: View, row: Row, isPicked = !this.has(row.id)): Selection {
    const people = new Map(this.people);
    if (isPicked) people.set(row.id, row);
    else people.delete(row.id);
    return new Selection(people, anchorAt(view, placeOf(view, row.id, PEOPLE)));
  }

  /**
   * Take in everybody from the anchor up to a place: those seen so far at once, the rest as
   * they are loaded.
   *
   * @param from where it begins when nobody was picked in that group before.
   */
  extend(view: View, from: Place, to: Place, may: (row: Row) => boolean): Selection {
    const anchor = this.anchor?.group === to.group ? this.anchor : anchorAt(view, from);
    if (!anchor) return this;
    const people = new Map(this.people);
    // A range that shrinks lets go of those whom it took in before.
    for (const id of this.range?.taken ?? []) people.delete(id);
    return new Selection(people, anchor, { by: to.index - anchor.index, taken: new Set() }).#fill(view, may);
  }

  /** Everybody of a group who is loaded. */
  all(view: View, group: Group, may: (row: Row) => boolean): Selection {
    const rows = (loaded(view, group) as readonly Row[]).filter(may);
    const people = new Map([...this.people, ...rows.map((row) => [row.id, row] as const)]);
    return new Selection(people, this.anchor);
  }

  /** Follow the room: who changed is known anew, who left drops out, who was missing comes in. */
  follow(before: View, view: View, may: (row: Row) => boolean): Selection {
    this.anchor?.see(view);
    if (this.size === 0) return this;
    const people = new Map<string, Row>();
    for (const [id, old] of this.people) {
      const row = findRow(view, id);
      if (row ? may(row) : !hasLeft(before, view, id)) people.set(id, row ?? old);
    }
    const isSame = people.size === this.size && [...people].every(([id, row]) => this.people.get(id) === row);
    const next = isSame ? this : new Selection(people, this.anchor, this.range);
    return next.#fill(view, may);
  }

  #fill(view: View, may: (row: Row) => boolean): Selection {
    const { anchor, range } = this;
    if (!anchor || !range) return this;
    anchor.see(view);
    const fresh = anchor.upTo(anchor.index + range.by).filter((row) => !range.taken.has(row.id) && may(row));
    if (fresh.length === 0) return this;
    const people = new Map(this.people);
    for (const row of fresh) people.set(row.id, row);
    // Taken once: whoever is let go of later stays let go of.
    const taken = new Set([...range.taken, ...fresh.map((row) => row.id)]);
    return new Selection(people, anchor, { ...range, taken });
  }
}

function anchorAt(view: View, place: Place | null): Anchor | null {
  const first = place ? (view.groups[place.group]?.first ?? 0) : 0;
  const row = place ? loaded(view, place.group)[place.index - first] : undefined;
  if (!place || !row) return null;
  const anchor = new Anchor(row.id, place.group, place.index);
  anchor.see(view);
  return anchor;
}

/**
 * Say whether somebody who was loaded is certainly gone. Whoever may be in a stretch that is
 * not loaded is not: scrolling away from somebody does not drop them, nor does a raised hand.
 */
function hasLeft(before: View, view: View, id: string): boolean {
  const old = placeOf(before, id, PEOPLE);
  if (!old) return false;
  const was = before.groups[old.group];
  const now = view.groups[old.group];
  if (!was || !now || was.first !== now.first || Boolean(before.matches) !== Boolean(view.matches)) return false;
  // The last one of a stretch may have been pushed out of it by somebody who came above.
  const wasPushed = now.rows.length > 0 && !isWhole(view, old.group) && grew(before, view, old.group);
  if (wasPushed) return false;
  return PEOPLE.every((group) => group === old.group || isWhole(view, group) || !grew(before, view, group));
}

const isWhole = (view: View, group: Group): boolean =>
  countOf(view.matches ?? view.counts, group) <= (view.groups[group]?.rows.length ?? 0);

const grew = (before: View, view: View, group: Group): boolean =>
  countOf(view.matches ?? view.counts, group) > countOf(before.matches ?? before.counts, group);
