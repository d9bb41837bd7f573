/** The variable by which the program that CRIU calls knows what is restored: CRIU gives it no arguments. */
export const orderVariable = "LXC_CNI_RESTORE";

/** The stage at which there is a network namespace, and nothing runs in it yet. */
export const networkStage = "setup-namespaces";

/** The stage of a restore of ours that CRIU calls at (criu(8), --action-script); undefined where it is not CRIU that calls. */
export function restoreStage(environment: Readonly<Record<string, string>>): string | undefined {
  return environment[orderVariable] === undefined ? undefined : environment.CRTOOLS_SCRIPT_ACTION;
}
