/** The project's version, as in package.json. */
declare const __VERSION__: string;

/** What runs the executable, with versions: the native engine and what is linked with it, or Node.js. */
declare const __ENGINE__: string;

/**
 * 16 hexadecimal digits that all executables of one build share, and nothing else does.
 *
 * They also stand in the last line of each executable: `lxc-cni-build:0123456789abcdef`, in a bundle for Node
 * behind `//`. So a program can tell whether the one next to it is of its own build, and need not be executed.
 */
declare const __BUILD_ID__: string;
