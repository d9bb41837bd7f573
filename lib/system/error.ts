/**
 * A system call that failed, in the form that Node gives such errors.
 *
 * The message is `ENOENT: no such file or directory, open '/x'`.
 */
export interface SystemError extends Error {
  /** The symbolic name of the error: `ENOENT`. */
  readonly code: string;
  /** The system call that failed. */
  readonly syscall: string;
  /** The file that it was about. */
  readonly path?: string;
}

/**
 * Whether `error` is a failed system call, and if names are given, one with one of them.
 *
 * @example
 * ```ts
 * if (isSystemError(error, "ENOENT", "ENOTDIR")) return undefined;
 * ```
 */
export function isSystemError(error: unknown, ...codes: string[]): error is SystemError {
  if (!(error instanceof Error) || !("code" in error) || !("syscall" in error)) return false;
  return codes.length === 0 || codes.includes(String(error.code));
}
