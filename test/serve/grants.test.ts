import { describe, expect, test } from "vitest";
import type { Account } from "../../lxc/serve/account.ts";
import { needsNames, parseGrants, quotaOf } from "../../lxc/serve/grants.ts";
import { openPage } from "../formats/page.ts";

const alice: Account = { user: ["4242", "alice"], groups: ["4242", "100", "users"] };

function quota(text: string, network = "simplenet", account = alice): number {
  return quotaOf(parseGrants(text).grants, account, network);
}

describe("what users.conf grants", () => {
  test("is for a user or the users of a group, by name or by id", () => {
    for (const who of ["alice", "4242", "@users", "@100"]) expect(quota(`${who} simplenet 3`), who).toBe(3);
    for (const who of ["bob", "424", "@alice", "@4243", "users", "100"]) {
      expect(quota(`${who} simplenet 3`), who).toBe(0);
    }
  });

  test("is for one network or for each", () => {
    expect(quota("alice * 3")).toBe(3);
    expect(quota("alice other 3")).toBe(0);
    expect(quota("alice simple 3")).toBe(0);
  });

  test("is the most that any line grants, in whatever order", () => {
    expect(quota("alice * 1\n@users simplenet 5\nalice simplenet 0\n")).toBe(5);
    expect(quota("alice simplenet 0\n@users simplenet 5\nalice * 1\n")).toBe(5);
  });

  test("may stand among comments, blanks and tabs", () => {
    expect(quota("# alice simplenet 9\n\n \t alice\t simplenet   2 \r\n  # bob * 1")).toBe(2);
    expect(parseGrants("# a\n\n \t\n  # b c d e f").problems).toEqual([]);
  });

  test("is nothing where a line is not understood, which is said", () => {
    const lines = [
      "alice",
      "alice simplenet",
      "alice simplenet -1",
      "alice simplenet 1.5",
      "alice simplenet 1 2",
      "alice simplenet 123456",
      "alice simplenet 0x10",
      "alice /etc/x.conf 1",
      "alice ../x 1",
      "* simplenet 1",
      "@ simplenet 1",
      "alice,bob simplenet 1",
      "alice simplenet 1 # for tests",
      "al\u0000ice simplenet 1",
    ];
    for (const line of lines) {
      expect(parseGrants(line), line).toEqual({
        grants: [],
        problems: [expect.stringMatching(/^line 1 is no /)],
      });
    }
    expect(parseGrants(`${lines.join("\n")}\nalice simplenet 1`)).toMatchObject({
      grants: [{ name: "alice", count: 1 }],
      problems: lines.map((_, index) => expect.stringMatching(new RegExp(`^line ${index + 1} `))),
    });
  });

  test("needs names to be looked up only where there are some", () => {
    expect(needsNames(parseGrants("4242 * 1\n@100 * 1").grants)).toBe(false);
    expect(needsNames(parseGrants("4242 * 1\n@users * 1").grants)).toBe(true);
  });

  test("is what docs/formats.md says", () => {
    const page = openPage("formats.md");
    const lines = page.block("text /etc/lxc-cni/users.conf");
    const { grants, problems } = parseGrants(lines.join("\n"));
    expect(problems).toEqual([]);
    for (const [user = "", groups = "", network = "", count] of page.rows("Users of networks")) {
      const account = { user: [user], groups: groups.split(" ") };
      expect(String(quotaOf(grants, account, network)), `${user} ${network}`).toBe(count);
    }
  });
});
