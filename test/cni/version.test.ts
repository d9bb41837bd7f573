import { describe, expect, test } from "vitest";
import type { Verb } from "../../lib/cni/request.ts";
import { isAtLeast, requireVersionFor, supportedVersions } from "../../lib/cni/version.ts";

/** The first version that has a verb, by its place among those that are supported. */
const first: Readonly<Record<Verb, number>> = { ADD: 0, DEL: 0, CHECK: 4, GC: 6, STATUS: 6 };
const verbs = Object.keys(first) as Verb[];
const lateVerbs = verbs.filter((verb) => first[verb] > 0);

describe.each(verbs)("%s", (verb) => {
  test.each(supportedVersions.slice(first[verb]))("is there in %s", (version) => {
    expect(requireVersionFor(verb, version)).toBe(version);
  });

  test.each(supportedVersions.slice(0, first[verb]))("is not there in %s", (version) => {
    expect(() => requireVersionFor(verb, version)).toThrow(
      expect.objectContaining({ code: 1, message: `config version does not allow ${verb}` }),
    );
  });
});

describe.each(["ADD", "DEL"] as const)("%s", (verb) => {
  test.each(["1.0.1", "1.0", "1", "01.1.0", "1.1.0 ", "9.8.7", "x", "1.2.3.4"])("knows no %j", (version) => {
    expect(() => requireVersionFor(verb, version)).toThrow(
      expect.objectContaining({
        code: 1,
        message: "incompatible CNI versions",
        details: expect.stringContaining(`config is "${version}", plugin supports ["0.1.0" "0.2.0" `),
      }),
    );
  });
});

describe.each(lateVerbs)("%s", (verb) => {
  test.each([undefined, ""])("is not there where the configuration names no version: %j", (version) => {
    expect(() => requireVersionFor(verb, version)).toThrow(
      expect.objectContaining({ code: 1, details: expect.stringContaining('config is "0.1.0"') }),
    );
  });

  test.each(["1.1.1", "1.2", "2", "9.8.7", "1.10.0"])("is not there yet in %s", (version) => {
    expect(() => requireVersionFor(verb, version)).toThrow(
      expect.objectContaining({ code: 1, message: `plugin version does not allow ${verb}` }),
    );
  });

  test.each(["0.3.9", "0.0.1", "0", "-1.5.0"])("is older than it: %s", (version) => {
    expect(() => requireVersionFor(verb, version)).toThrow(`config version does not allow ${verb}`);
  });

  test.each([
    ["asdfasdf", 'failed to convert major version part "asdfasdf"'],
    ["asdf.", 'failed to convert major version part "asdf"'],
    [".asdfas", 'failed to convert major version part ""'],
    ["asdf.adsf.", 'failed to convert major version part "asdf"'],
    ["0.", 'failed to convert minor version part ""'],
    ["..", 'failed to convert major version part ""'],
    ["1.1.x", 'failed to convert micro version part "x"'],
    ["1.1.0-rc1", 'failed to convert micro version part "0-rc1"'],
    ["1e1.0.0", 'failed to convert major version part "1e1"'],
    ["1.2.3.4", 'invalid version "1.2.3.4": too many parts'],
    ["1.2.3.4.5", 'invalid version "1.2.3.4.5": too many parts'],
  ])("takes %j for no version", (version, message) => {
    expect(() => requireVersionFor(verb, version)).toThrow(
      expect.objectContaining({
        code: 6,
        message: expect.stringMatching(new RegExp(`^${message.replaceAll(".", "\\.")}`)),
        details: `/cniVersion is ${JSON.stringify(version)}`,
      }),
    );
  });
});

test.each([
  ["CHECK", "0.4.1"],
  ["CHECK", "1.0.5"],
  ["GC", "1.1"],
  ["STATUS", "01.1.0"],
] as const)(
  "%s knows no %s, though it lies between two that it knows, or is spelt like none",
  (verb, version) => {
    expect(() => requireVersionFor(verb, version)).toThrow(
      expect.objectContaining({ code: 1, message: "incompatible CNI versions" }),
    );
  },
);

test("a version is at least itself and any before it", () => {
  for (const [index, version] of supportedVersions.entries()) {
    expect(supportedVersions.map((other) => isAtLeast(version, other))).toEqual(
      supportedVersions.map((_, other) => other <= index),
    );
  }
});
