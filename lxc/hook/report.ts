import { system } from "#system";
import { asCniError, CniError, Code, describe } from "../../lib/cni/error.ts";
import { report } from "../command-line/run.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { hook } from "../commands/hook.ts";
import { containerIdOf } from "../container/id.ts";
import { keepLastError } from "../container/last-error.ts";
import { warn } from "../runtime.ts";
import { AttachmentFailure } from "./attachment-failure.ts";
import type { HookEvent, HookType } from "./event.ts";

/**
 * Reports what failed in a hook: prints it, tells the system's log, and keeps it beside the container.
 *
 * @param event What LXC said, where that was understood.
 * @returns the exit status.
 */
export function reportFailure(event: HookEvent | undefined, error: unknown): number {
  if (event !== undefined) {
    tellLog(event, error);
    // A container that is destroyed is no more: nobody would ask.
    if (event.type !== "destroy") keep(event, error);
  }
  if (event === undefined || mayFail(event.type)) return report(error, hook);
  warn(describe(error));
  return 0;
}

/** A post-stop that fails would turn a reboot into a stop, and a destroy that fails would keep the container. */
function mayFail(type: HookType): boolean {
  return type === "start-host" || type === "stop";
}

/** How much of a message or of its details is kept, in characters. */
const longest = 4096;

function tellLog({ type, name }: HookEvent, error: unknown): void {
  system.log("err", `${type} of ${name}: ${describe(error).slice(0, longest).replace(/\s+/g, " ")}`);
}

function keep({ type, name, lxcPath }: HookEvent, error: unknown): void {
  const { code, message, details } =
    error instanceof UsageError ? new CniError(Code.invalidConfiguration, error.message) : asCniError(error);
  const { network, interface: link } = error instanceof AttachmentFailure ? error.attachment : {};
  try {
    keepLastError(containerIdOf(name, lxcPath), {
      time: new Date(system.now()).toISOString(),
      hook: type,
      network,
      interface: link,
      code,
      message: message.slice(0, longest),
      details: details.slice(0, longest),
    });
  } catch (problem) {
    if (!(problem instanceof CniError)) throw problem;
    warn(`cannot keep what failed: ${problem.message}`);
  }
}
