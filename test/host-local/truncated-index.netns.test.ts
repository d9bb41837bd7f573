import { describe, expect } from "vitest";
import { test } from "../fixture/test.ts";
import { missing, variants } from "../fixture/variants.ts";

const [native] = variants;

/** Cuts the index off behind its first page, which still says that it is up to date. */
const script = `
call() {
  printf '{"cniVersion":"1.1.0","name":"net","ipam":{"type":"host-local","subnet":"10.1.0.0/16"}}' |
    CNI_COMMAND=$1 CNI_CONTAINERID=$2 CNI_IFNAME=eth0 CNI_NETNS=/x CNI_PATH=$PLUGINS $PLUGINS/host-local
}
mkdir -p /var/lib/cni/networks/net && cd /var/lib/cni/networks/net
for n in $(seq 2 101); do printf 'c%s\\r\\neth0' $n > 10.1.0.$n; done
call ADD warm > /dev/null; call DEL warm
truncate -s 4096 /var/lib/lxc-cni/index/*
call CHECK c50; call DEL c51; ls | grep -c ^10
`;

describe("an index of leases", () => {
  test("that was cut off is not believed", async ({ host, skip }) => {
    if (native === undefined || missing(native) !== undefined) return skip("there are no executables");
    expect(await host.run(["bash", "-c", script], { env: { PLUGINS: native.directory } })).toBe("99");
  });
});
