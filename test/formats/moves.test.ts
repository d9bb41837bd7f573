import { expect, test } from "vitest";
import { decode } from "../../lib/cni/decode.ts";
import { stringifyCompact } from "../../lib/cni/json.ts";
import type { Schema } from "../../lib/cni/schema.ts";
import { Checkpoint } from "../../lxc/checkpoint/checkpoint.schema.ts";
import { Arrival } from "../../lxc/migrate/arrival.schema.ts";
import { PrepareRequest, StepAnswer, StepRequest } from "../../lxc/migrate/steps.schema.ts";
import { openPage } from "./page.ts";

const formats = openPage("formats.md");

const documents: readonly [block: string, schema: Schema, optional: readonly string[]][] = [
  ["json /var/lib/lxc-cni/checkpoints/web-qkwznmfy.json", Checkpoint, []],
  ["json /var/lib/lxc-cni/arrivals/web-qkwznmfy.json", Arrival, ["goesOn", "movedTo"]],
  ["json receive prepare", PrepareRequest, []],
  ["json receive settle, restore, cancel, done", StepRequest, []],
  ["json the answer", StepAnswer, []],
];

test.for(documents)("%s is what docs/formats.md says", ([block, schema, optional]) => {
  const text = formats.block(block).join("\n");
  const read = decode<object>(schema, JSON.parse(text), { lenient: false, warn: expect.fail });
  expect(stringifyCompact(read as never)).toBe(text);
  const members = Object.keys(schema.properties ?? {}).filter((name) => !optional.includes(name));
  expect(Object.keys(read).sort()).toEqual(members.sort());
  const section = formats.section("Moves");
  for (const name of optional) expect(section).toContain(`\`${name}\``);
});

test.for(documents)("%s of a later format is refused", ([block, schema]) => {
  const document = JSON.parse(formats.block(block).join("\n"));
  const later = { ...document, format: document.format.replace("1", "2") };
  expect(() => decode(schema, later, { lenient: false, warn: expect.fail })).toThrow(document.format);
});
