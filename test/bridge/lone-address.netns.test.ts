import { expect } from "vitest";
import { succeeded } from "../fixture/answer.ts";
import { test } from "../fixture/test.ts";
import { describeVariants } from "../fixture/variants.ts";
import { attach } from "./attached.ts";

const addresses = [
  { address: "10.10.0.5/32", gateway: "10.10.0.1" },
  { address: "10.20.0.4/31", gateway: "10.20.0.5" },
  { address: "fd00::5/128", gateway: "fd00::1" },
  { address: "fd00:1::4/127", gateway: "fd00:1::5" },
];
const configuration = {
  ...{
    cniVersion: "1.1.0",
    name: "net",
    type: "bridge",
    bridge: "br0",
    isDefaultGateway: true,
    ipMasq: true,
  },
  ipam: { type: "lone" },
};

describeVariants("an address of a subnet that has no other, or one other", (variant) => {
  for (const ip of addresses) {
    test(`passes CHECK: ${ip.address}`, async ({ host }) => {
      const answer = JSON.stringify({ cniVersion: "1.1.0", ips: [ip] });
      await host.write("/mnt/ipam/lone", `#!/bin/sh\ncat >&2\necho '${answer}'\n`, 0o755);
      const c1 = await host.container("c1");
      const options = { env: { CNI_PATH: `${variant.directory}:/mnt/ipam` } };
      const attached = await attach(host, variant, configuration, c1, options);
      expect(attached.result.ips).toMatchObject([ip]);
      succeeded(await attached.check());
      succeeded(await attached.del());
    });
  }
});
