import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stringify, stringifyCompact } from "../../lib/cni/json.ts";
import { anyJson } from "./arbitrary.ts";

describe("JSON as Go prints it", () => {
  test("escapes what means something in HTML, and the line ends of JavaScript", () => {
    expect(stringifyCompact({ "<a>": "b&c\u2028\u2029", d: "e'f\"g\\h/ä€😀" })).toBe(
      String.raw`{"\u003ca\u003e":"b\u0026c\u2028\u2029","d":"e'f\"g\\h/ä€😀"}`,
    );
  });

  test("is indented by four blanks, without a line end at the end, and without room in what is empty", () => {
    expect(stringify({ a: [], b: {}, c: [1, { d: null }], e: undefined })).toBe(
      [
        "{",
        '    "a": [],',
        '    "b": {},',
        '    "c": [',
        "        1,",
        "        {",
        '            "d": null',
      ].join("\n") + ["", "        }", "    ]", "}"].join("\n"),
    );
  });

  test("is read back as what it was", () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        for (const text of [stringify(value), stringifyCompact(value)]) {
          expect(text).not.toMatch(/[<>&\u2028\u2029]/);
          expect(JSON.parse(text)).toEqual(value);
        }
      }),
    );
  });
});
