import { expect, test } from "vitest";
import { decode } from "../../lib/cni/decode.ts";
import { stringify } from "../../lib/cni/json.ts";
import { requireContainerId } from "../../lib/cni/names.ts";
import { formatAddress } from "../../lib/ip/address.ts";
import { addressesOf, attachmentsOf } from "../../lxc/checkpoint/attachments.ts";
import { Checkpoint } from "../../lxc/checkpoint/checkpoint.schema.ts";
import { openPage } from "./page.ts";

const [documented = []] = [openPage("formats.md").block("json DIRECTORY/lxc-cni.json")];

test("a checkpoint that is written as the page says is understood", () => {
  const text = documented.join("\n");
  const read = decode<Checkpoint>(Checkpoint, JSON.parse(text), { lenient: false, warn: expect.fail });
  expect(stringify(read)).toBe(text);
  const [only] = attachmentsOf(read, requireContainerId("web-qkwznmfy"));
  expect(only).toMatchObject({
    mac: "3e:bb:82:12:a5:ce",
    attachment: { network: "simplenet", interface: "eth0" },
  });
  expect(only && addressesOf(only).map(formatAddress)).toEqual(["10.10.0.2"]);
});

test("a later format is refused", () => {
  const later = { ...JSON.parse(documented.join("\n")), format: "lxc-cni checkpoint 2" };
  expect(() => decode(Checkpoint, later, { lenient: false, warn: expect.fail })).toThrow(
    "lxc-cni checkpoint 1",
  );
});
