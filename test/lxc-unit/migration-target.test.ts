import { expect, test } from "vitest";
import { isDirectoryWord, parseHostName, rsyncDestination, shellOf } from "../../lxc/migrate/target.ts";

test.for(["other", "root@other", "a.b-c.example.org", "192.0.2.7", "admin@fd00::7", "u.s-e_r+1@h0st"])(
  "%s is a host",
  (word) => {
    expect(parseHostName(word)).toBe(word);
    expect(isDirectoryWord(word)).toBe(false);
  },
);

test.for([
  ...["", "-oProxyCommand=x", "root@-oProxyCommand=x", "@other", "root@", "other:", "other:/srv"],
  ...["a b", "a;b", "$(b)", "a@b@c", "a\nb", "[fd00::7]", "a'b"],
])("%j is none", (word) => {
  expect(() => parseHostName(word)).toThrow("is no host");
});

test("what has a slash in it is a directory", () => {
  expect(["/srv/web", "./web", "web/"].map(isDirectoryWord)).toEqual([true, true, true]);
});

test("rsync is told where a host's name ends", () => {
  const of = (name: string) =>
    rsyncDestination({ ...shellOf(undefined), name, program: "lxc-cni", isSudo: false });
  expect(of("root@other")).toBe("root@other:/");
  expect(of("root@fd00::7")).toBe("root@[fd00::7]:/");
});

test("a shell is words, as a shell would have them", () => {
  expect(shellOf("ssh -p 2222 -o 'ProxyJump a'")).toEqual({
    shell: ["ssh", "-p", "2222", "-o", "ProxyJump a"],
    shellLine: "ssh -p 2222 -o 'ProxyJump a'",
    isShared: false,
  });
  expect(shellOf(undefined)).toMatchObject({ isShared: true, shellLine: expect.stringMatching(/^ssh -o /) });
  expect(() => shellOf(" ")).toThrow("must name a program");
});
