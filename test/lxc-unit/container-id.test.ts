import fc from "fast-check";
import { expect, test } from "vitest";
import { requireContainerId } from "../../lib/cni/names.ts";
import { containerIdOf, containerIdOfUser, isContainerOfUser } from "../../lxc/container/id.ts";

test("the id of a container begins with its name, and differs with its path", () => {
  const here = containerIdOf("web", "/var/lib/lxc");
  const there = containerIdOf("web", "/srv/lxc");
  expect([here, there]).toEqual([
    expect.stringMatching(/^web-[a-z2-7]{8}$/),
    expect.stringMatching(/^web-[a-z2-7]{8}$/),
  ]);
  expect(here).not.toBe(there);
  expect(containerIdOf("web", "/var/lib/lxc")).toBe(here);
});

test.each([
  ["_web", "xweb-"],
  [".", "x-"],
  ["-", "x-"],
  ["a b/c:d", "a_b_c_d-"],
  ["über", "xber-"],
  ["名前", "x_-"],
])("of the name %j, what CNI allows is kept: %s", (name, start) => {
  expect(containerIdOf(name, "/var/lib/lxc")).toMatch(new RegExp(`^${start}[a-z2-7]{8}$`));
});

test("names that look alike in the id have different ids", () => {
  const ids = ["a b", "a_b", "a/b", "a:b"].map((name) => containerIdOf(name, "/var/lib/lxc"));
  expect(new Set(ids).size).toBe(4);
});

test("whatever name and path are, CNI takes the id", () => {
  const name = fc.string({ minLength: 1, unit: "grapheme" });
  fc.assert(
    fc.property(name, name, (container, path) => requireContainerId(containerIdOf(container, path)) !== ""),
  );
});

test("a container of an ordinary user is told from those of root and of others, whatever they are called", () => {
  const name = fc.string({ minLength: 1 });
  fc.assert(
    fc.property(name, name, fc.string(), fc.string(), (own, roots, path, rootsPath) => {
      const id = containerIdOfUser(42, own, path);
      requireContainerId(id);
      expect(isContainerOfUser(id, 42)).toBe(true);
      for (const other of [4, 2, 424, 4242]) expect(isContainerOfUser(id, other)).toBe(false);
      for (const root of [roots, `u42-${roots}`, id]) {
        expect(isContainerOfUser(containerIdOf(root, rootsPath), 42)).toBe(false);
      }
    }),
  );
});
