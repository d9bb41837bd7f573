import { CniError, Code } from "../../lib/cni/error.ts";
import { ask } from "./ask.ts";
import type { Journey } from "./journey.ts";
import type { Movable } from "./requirements.ts";

/**
 * Has the other host make ready for a container that runs here.
 *
 * @param since From when on its files may change while they are copied, in seconds since 1970.
 * @throws CniError 106 where it goes on there as well: what is copied there would spoil what it has in use; what the other
 *   host answered.
 */
export function prepareThere({ container, remote }: Journey, movable: Movable, since: number): void {
  if (ask(remote, "prepare", { ...movable, since }).goesOn !== true) return;
  const { name } = container;
  throw new CniError(
    Code.migrationFailed,
    `container ${name} runs at ${remote.name}, too`,
    `it went on there after a move that was given up here; stop and destroy one of the two: lxc-destroy --force --name ${name}`,
  );
}
