import { CniError, Code } from "../cni/error.ts";
import { trace } from "../cni/trace.ts";
import type { LinkName } from "../ip/link-name.ts";
import type { LinkBackend } from "./link-backend.ts";

/**
 * Deletes a link of the host, with its other end if it has one. It not being there is no failure: it may have gone by
 * itself meanwhile, with its namespace.
 *
 * @throws CniError 100 where it stays.
 */
export function deleteLink(name: LinkName, links: LinkBackend): void {
  const { failure } = links.run([{ do: "delete link", where: "host", name }]);
  trace(() => `delete link "${name}": ${failure?.reason ?? "done"}`);
  if (failure === undefined || links.readLink("host", name) === undefined) return;
  throw new CniError(Code.linkFailed, `failed to delete "${name}": ${failure.reason}`);
}
