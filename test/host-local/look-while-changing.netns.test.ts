import { describe, expect } from "vitest";
import { test } from "../fixture/test.ts";
import { missing, variants } from "../fixture/variants.ts";

const [native] = variants;

/** Looks at a lease that nobody touches, by a verb that waits for no lock, while others lease and release. */
const script = `
call() {
  printf '{"cniVersion":"1.1.0","name":"net","ipam":{"type":"host-local","subnet":"10.1.0.0/16"}}' |
    CNI_COMMAND=$1 CNI_CONTAINERID=$2 CNI_IFNAME=eth0 CNI_NETNS=/x CNI_PATH=$PLUGINS $PLUGINS/host-local
}
churn() { while [ -e /mnt/going ]; do call ADD $1 && call DEL $1; done > /dev/null; }
mkdir -p /var/lib/cni/networks/net && cd /var/lib/cni/networks/net && touch /mnt/going
for n in $(seq 2 101); do printf 'c%s\\r\\neth0' $n > 10.1.0.$n; done
churn a & churn b &
for n in $(seq 800); do call CHECK c$((2 + n % 100)); done
rm /mnt/going; wait
`;

describe("CHECK", () => {
  test("finds a lease while others are made and ended", { timeout: 60_000 }, async ({ host, skip }) => {
    if (native === undefined || missing(native) !== undefined) return skip("there are no executables");
    const env = { PLUGINS: native.directory };
    expect(await host.run(["bash", "-c", script], { env, deadline: 50_000 })).toBe("");
  });
});
