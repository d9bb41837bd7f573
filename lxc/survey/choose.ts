import { CniError, Code } from "../../lib/cni/error.ts";
import type { SurveyedAttachment } from "./survey.ts";

/**
 * The attachments that a command is about: those of a container, by its name or its CNI id; without one, those of all
 * containers of LXC.
 *
 * @throws CniError 3 where nothing is known of that container.
 */
export function choose(
  all: readonly SurveyedAttachment[],
  container: string | undefined,
): readonly SurveyedAttachment[] {
  if (container === undefined) return all.filter(({ run }) => run !== undefined);
  const chosen = all.filter((each) => isCalled(each, container));
  if (chosen.length > 0) return chosen;
  throw new CniError(
    Code.unknownContainer,
    `container ${container} is not attached to any network`,
    `lxc-cni ls lists what is; lxc-cni status ${container} says why`,
  );
}

/** Whether its container has that name, or that CNI id. */
export function isCalled({ container, attachment }: SurveyedAttachment, name: string): boolean {
  return container === name || attachment.container === name;
}
