import { expect } from "vitest";
import { compileProgram } from "../fixture/compile.ts";
import { test } from "../fixture/test.ts";
import { atCallSource } from "../kill/at-call.ts";
import { buildProgram, buildsPrograms, missingToolchain, withDirectory } from "./build.ts";

buildsPrograms();

/**
 * Has the program replace root/etc/resolv.conf, stopped once at each of its system calls, and everything in its way
 * replaced by links to what is outside meanwhile. Prints how often that was, and what came of the outside.
 */
const swapAtEveryCall = `
set -eu
atCall=$1 program=$2
cd /mnt
prepare() {
  rm -rf root outside
  mkdir -p root/etc outside
  echo untouched > outside/resolv.conf
  chmod 600 outside/resolv.conf
  echo before > root/etc/resolv.conf
}
prepare
calls=$("$atCall" list "$program" /mnt/root etc/resolv.conf after 2>&1 | sed -n 's/^calls: //p')
declare -A count
swaps=0
for call in $calls; do
  [ $call != exit_group ] || continue
  count[$call]=$((\${count[$call]:-0} + 1))
  prepare
  # Its output may not be ours: reading that would be waiting for its end.
  "$atCall" stop $call \${count[$call]} "$program" /mnt/root etc/resolv.conf after > stopped 2> /dev/null
  read -r pid < stopped
  mv root/etc root/aside
  ln -s /mnt/outside root/etc
  for name in resolv.conf $(ls -A root/aside); do ln -sfn /mnt/outside/resolv.conf root/aside/$name; done
  kill -CONT $pid 2> /dev/null || true
  while kill -0 $pid 2> /dev/null; do :; done
  swaps=$((swaps + 1))
  [ "$(ls -A outside) $(cat outside/resolv.conf) $(stat -c %a outside/resolv.conf)" = "resolv.conf untouched 600" ] ||
    echo "touched at $call \${count[$call]}"
done
echo $swaps
`;

test("what is outside of a root is not touched, whatever is swapped meanwhile", { timeout: 60_000 }, ({
  host,
  skip,
}) => {
  if (missingToolchain !== undefined) skip(missingToolchain);
  return withDirectory(async (directory) => {
    const program = await buildProgram("replace-within", "bin", directory);
    const atCall = compileProgram(atCallSource, directory);
    const output = await host.run(["bash", "-c", swapAtEveryCall, "bash", atCall, program]);
    expect(output).toMatch(/^\d+$/);
    expect(Number(output)).toBeGreaterThan(20);
  });
});
