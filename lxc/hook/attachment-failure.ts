import { CniError, describe } from "../../lib/cni/error.ts";
import type { Attachment } from "../../lib/cni/request.ts";

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
