import { describe, expect } from "vitest";
import { test } from "../fixture/test.ts";
import { missing, variants } from "../fixture/variants.ts";

const [native] = variants;

/** Calls host-local by turns with two paths of one directory: each has an index of its own. */
const script = `
call() {
  printf '{"cniVersion":"1.1.0","name":"net","ipam":{"type":"host-local","subnet":"10.1.0.0/16","dataDir":"%s"}}' "$3" |
    CNI_COMMAND=$1 CNI_CONTAINERID=$2 CNI_IFNAME=eth0 CNI_NETNS=/x CNI_PATH=$PLUGINS $PLUGINS/host-local > /dev/null
}
# A file system whose times are those of the last tick, as all have before Linux 6.13.
mkdir -p /mnt/leases && mount -t ramfs ramfs /mnt/leases && mkdir /mnt/leases/net
for n in $(seq 2 101); do printf 'c%s\\r\\neth0' $n > /mnt/leases/net/10.1.0.$n; done
for n in $(seq 300); do
  call ADD a$n /mnt/leases && call ADD b$n /mnt/leases/ && call DEL b$n /mnt/leases && call DEL a$n /mnt/leases || exit 1
done
ls /mnt/leases/net | grep -c ^10
`;

describe("an index of leases", () => {
  test("does not take the mark of another index for its own", { timeout: 60_000 }, async ({ host, skip }) => {
    if (native === undefined || missing(native) !== undefined) return skip("there are no executables");
    const left = await host.run(["bash", "-c", script], {
      env: { PLUGINS: native.directory },
      deadline: 50_000,
    });
    expect(left).toBe("100");
  });
});
