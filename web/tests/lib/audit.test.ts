import { describe, expect, it } from "vitest";
import { aboutNames, byName, detail } from "../../lib/audit";
import type { AuditLine, AuditPerson } from "../../lib/protocol";

const person = (id: string, name = ""): AuditPerson => ({
  id, name, email: "", is_guest: false, is_erased: false, known_at: 0, seal: "", salt: "", is_withheld: false,
});

const line = (more: Partial<AuditLine>): AuditLine => ({
  number: 1, at: 0, action: "removed", by: person("account:1", "Hanna"), about: [], facts: {}, kept_until: 1,
  previous: "", previous_kept_until: 0, digest: "", ...more,
});

describe("a line of the audit log", () => {
  it("says who did it, also where that is nobody with a name", () => {
    expect(byName(person("account:1", "Hanna"))).toBe("Hanna");
    expect(byName(person(""))).toBe("The server");
    expect(byName(person("unknown"))).toBe("Unknown");
    expect(byName(person("platform:k_1"))).toBe("A platform");
    expect(byName(person("participant:p_1"))).toBe("Name erased");
  });

  it("tells an address that is not for the reader from one that was erased", () => {
    const about = [{ ...person("invitation:i_1"), is_withheld: true }, person("invitation:i_2")];
    expect(aboutNames(line({ about }))).toBe("Address not shown and Name erased");
  });

  it("names a few, and counts the rest", () => {
    const about = ["Ann", "Bea", "Cleo", "Dan", "Eve", "Fay", "Gus"].map((name) => person(`participant:${name}`, name));
    expect(aboutNames(line({ about: about.slice(0, 2) }))).toBe("Ann and Bea");
    expect(aboutNames(line({ about }))).toBe("Ann, Bea, Cleo, Dan, Eve, and 2 more");
    expect(aboutNames(line({}))).toBe("");
  });

  it("says what changed, in the words of the page", () => {
    const changed = { before: "viewer", after: "moderator" };
    expect(detail(line({ action: "role_changed", facts: changed }))).toBe("from Viewer to Moderator");
    expect(detail(line({ action: "part_given", facts: { after: "co_editor" } }))).toBe("Co-editor");
    expect(detail(line({ action: "link_made", facts: { link_id: "l_1", link_name: "Open day" } }))).toBe("Open day");
    expect(detail(line({ action: "audit_exported", facts: { format: "csv" } }))).toBe("CSV");
    expect(detail(line({}))).toBe("");
  });
});
