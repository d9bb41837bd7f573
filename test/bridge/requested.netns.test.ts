import { expect } from "vitest";
import { resultOf, succeeded } from "../fixture/answer.ts";
import { networkOn } from "../fixture/network.ts";
import { test } from "../fixture/test.ts";
import { describeVariants } from "../fixture/variants.ts";
import { recipe } from "./recipe.ts";

const dns = { nameservers: ["192.0.2.53"], search: ["example.org"] };

describeVariants("what a call asks for", (variant) => {
  test("a MAC, by runtimeConfig, else args, else CNI_ARGS; of whatever case", async ({ host }) => {
    const env = { CNI_ARGS: "IgnoreUnknown=1;MAC=02:00:00:00:00:0c" };
    const args = { cni: { mac: "02:00:00:00:00:0b" } };
    const asked = [
      [{ args, runtimeConfig: { mac: "02:00:00:00:00:0A" } }, "02:00:00:00:00:0a"],
      [{ args }, "02:00:00:00:00:0b"],
      [{}, "02:00:00:00:00:0c"],
    ] as const;
    for (const [keys, mac] of asked) {
      const container = await host.container(`c${mac.slice(-1)}`);
      const answer = await networkOn(host, variant, { ...recipe, ...keys }).add(container, { env });
      expect(resultOf(answer).interfaces[2]).toMatchObject({ name: "eth0", mac });
      const [eth0] = JSON.parse(await container.run(["ip", "-json", "link", "show", "eth0"]));
      expect(eth0.address).toBe(mac);
      await container.run(["ping", "-c1", "-W2", "10.10.0.1"]);
    }
  });

  test("DNS, in place of what the IPAM plugin says", async ({ host }) => {
    await host.write("/etc/resolv.container", "nameserver 198.51.100.53\n");
    const ipam = { ...recipe.ipam, resolvConf: "/etc/resolv.container" };
    const answers = await Promise.all(
      [{ ipam }, { ipam, dns }].map(async (keys, index) =>
        networkOn(host, variant, { ...recipe, ...keys }).add(await host.container(`c${index}`)),
      ),
    );
    for (const answer of answers) succeeded(answer);
    expect(answers.map(({ json }) => json)).toMatchObject([
      { dns: { nameservers: ["198.51.100.53"] } },
      { dns },
    ]);
  });
});
