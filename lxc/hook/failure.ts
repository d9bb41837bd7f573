import { system } from "#system";
import { asCniError, CniError, Code, describe } from "../../lib/cni/error.ts";
import type { Attachment, ContainerId } from "../../lib/cni/request.ts";
import { isSystemError } from "../../lib/system/error.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { keepLastError } from "../container/last-error.ts";
import { warn } from "../runtime.ts";
import type { HookEvent } from "./event.ts";

/** What failed about one attachment: says so in its message. */
export class AttachmentFailure extends CniError {
  readonly attachment: Attachment;
  readonly #reason: CniError;

  constructor(attachment: Attachment, reason: CniError) {
    const place = `network ${attachment.network}, interface ${attachment.interface}`;
    super(reason.code, `${place}: ${reason.message}`, reason.details);
    this.attachment = attachment;
    this.#reason = reason;
  }

  /** The same, with other failures in its details. */
  with(others: readonly CniError[]): AttachmentFailure {
    const { code, message, details } = this.#reason;
    const all = [details, ...others.map(describe)].filter((text) => text !== "");
    return new AttachmentFailure(this.attachment, new CniError(code, message, all.join("; ")));
  }
}

/** How much of a message or of its details is kept, in characters. */
const longest = 4096;

/** Keeps what failed where people will look for it: in the system's log and, while there is a container, beside that. */
export function keepFailure(container: ContainerId, { type, name }: HookEvent, error: unknown): void {
  system.log("err", `${type} of ${name}: ${describe(error).slice(0, longest).replace(/\s+/g, " ")}`);
  if (type === "destroy") return;
  const { code, message, details } =
    error instanceof UsageError ? new CniError(Code.invalidConfiguration, error.message) : asCniError(error);
  const { network, interface: link } = error instanceof AttachmentFailure ? error.attachment : {};
  try {
    keepLastError(container, {
      time: new Date(system.now()).toISOString(),
      hook: type,
      network,
      interface: link,
      code,
      message: message.slice(0, longest),
      details: details.slice(0, longest),
    });
  } catch (problem) {
    if (!isSystemError(problem)) throw problem;
    warn(`cannot keep what failed: ${problem.message}`);
  }
}
