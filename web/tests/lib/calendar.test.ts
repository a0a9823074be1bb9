import { expect, it } from "vitest";
import { googleUrl, outlookUrl } from "../../lib/calendar";

const APPOINTMENT = {
  name: "Maths & more", starts_at: Date.UTC(2026, 10, 23, 9, 5), url: "https://usher.example/e/e_1",
};

it("fills the pages of calendars in, in UTC, with nothing secret", () => {
  const google = new URL(googleUrl(APPOINTMENT));
  expect(google.searchParams.get("text")).toBe("Maths & more");
  expect(google.searchParams.get("dates")).toBe("20261123T090500Z/20261123T100500Z");
  expect(google.searchParams.get("location")).toBe("https://usher.example/e/e_1");
  const outlook = new URL(outlookUrl(APPOINTMENT));
  expect(outlook.searchParams.get("startdt")).toBe("2026-11-23T09:05:00.000Z");
  expect(outlook.searchParams.get("enddt")).toBe("2026-11-23T10:05:00.000Z");
});

it("blocks as long as it takes, where that is known", () => {
  const known = { ...APPOINTMENT, ends_at: Date.UTC(2026, 10, 23, 10, 35) };
  expect(new URL(googleUrl(known)).searchParams.get("dates")).toBe("20261123T090500Z/20261123T103500Z");
  expect(new URL(outlookUrl(known)).searchParams.get("enddt")).toBe("2026-11-23T10:35:00.000Z");
  const wrong = { ...APPOINTMENT, ends_at: Date.UTC(2026, 10, 23, 8, 0) };
  expect(new URL(googleUrl(wrong)).searchParams.get("dates")).toBe("20261123T090500Z/20261123T100500Z");
});
