import { expect, test } from "vitest";
import { lxcPathOf } from "../../lxc/container/lxc-path.ts";
import { commandSocketOf } from "../../lxc/container/running.ts";

test.each([
  ["/srv/lxc", "/srv/lxc"],
  ["/srv/lxc//", "/srv/lxc"],
  ["/", "/"],
])("the LXC path %s is %s", (given, path) => {
  expect(lxcPathOf(given)).toBe(path);
});

test("an LXC path that is not absolute is not understood", () => {
  expect(() => lxcPathOf("lxc")).toThrow(expect.objectContaining({ name: "UsageError" }));
});

test("the socket of a container that LXC has room for is named as its path", () => {
  // 105 bytes and the first zero and the last: as many as an address holds.
  const name = "n".repeat(105 - "/var/lib/lxc//command".length);
  expect(commandSocketOf({ lxcPath: "/var/lib/lxc", name })).toBe(`@/var/lib/lxc/${name}/command`);
  expect(commandSocketOf({ lxcPath: "/var/lib/lxc", name: `${name}n` })).toMatch(
    /^@lxc\/[0-9a-f]{16}\/command$/,
  );
});
