import { expect, it } from "vitest";
import { emailFault, meantEmail } from "../../lib/email";

it.each([
  ["", "missing"], ["  ", "missing"], ["ada", "no_at"], ["ada x@y.org", "spaces"], ["@x.org", "start"],
  ["ada@", "incomplete"], ["ada@x", "incomplete"], ["ada@x.", "incomplete"], ["ada@.org", "incomplete"],
])("%j lacks something: %s", (typed, fault) => {
  expect(emailFault(typed)).toBe(fault);
});

it.each(["ada@x.org", " ada@x.org ", "a+b@x.co.uk", "\"odd\"@x.org", "ada@bücher.example", "用户@例子.公司"])(
  "%j may be an address",
  (typed) => {
    expect(emailFault(typed)).toBeNull();
  },
);

it.each([
  ["ada@gmial.com", "ada@gmail.com"],
  ["ada@gmai.com", "ada@gmail.com"],
  ["Ada@GMAIL.CON", "Ada@gmail.com"],
  ["ada@outlok.com", "ada@outlook.com"],
  ["ada@wbe.de", "ada@web.de"],
  ["ada@freee.fr", "ada@free.fr"],
])("%s was probably %s", (typed, meant) => {
  expect(meantEmail(typed)).toBe(meant);
});

it.each(["ada@gmail.com", "ada@example.org", "ada@uni-bonn.de", "ada@mail.com.au", "ada", ""])(
  "nothing else was meant by %j",
  (typed) => {
    expect(meantEmail(typed)).toBeNull();
  },
);
