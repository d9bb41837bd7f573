import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { linkedVersions } from "./toolchain.mjs";

const run = promisify(execFile);

/** Where the image stands, far behind everything else: what it grows by moves nothing. */
const address = "0x10000000";

/** How many bytes it may need, and the stack on which it is made. */
const room = 56 << 20;
const stack = 8 << 20;

/** Where the program's bytecode stands, which nobody needs any more once the image is made: behind all else, too. */
const programAddress = "0x20000000";

/**
 * Links an executable that holds the engine as it is when its program has been taken so far (native/image.c).
 *
 * @param {object} options
 * @param {string} options.toolchain The directory of the engine, its compiler, and what runs what comes of it.
 * @param {string} options.work The directory for everything, the `executable` included.
 * @param {string[]} options.parts Objects and libraries; `program.o` among them has the bytecode.
 * @param {"loaded" | "evaluated"} options.how How far the program is taken.
 * @throws when it cannot be taken so far, with what it printed.
 */
export async function linkWithImage({ toolchain, work, parts, how }) {
  const cc = (words) => run(join(toolchain, "cc"), words, { cwd: work });
  const objcopy = (...words) => run(join(toolchain, "objcopy"), words, { cwd: work });
  await objcopy("--rename-section", ".rodata=.program", "program.o");
  const link = async (name, content) => {
    await writeFile(join(work, `${name}-image.s`), content);
    const places = [
      `-Wl,--section-start=.image=${address}`,
      `-Wl,--section-start=.program=${programAddress}`,
    ];
    const flags = ["-s", "-Wl,--build-id=none", "-Wl,--gc-sections", ...places];
    await cc(["-c", `${name}-image.s`]);
    await cc([...flags, `-Wl,-Map=${name}.map`, "-o", name, `${name}-image.o`, ...parts]);
  };
  await link("maker", section("nobits", `.skip ${room + stack}`));
  const made = run(join(toolchain, "run"), [join(work, "maker"), how], {
    env: {},
    encoding: "buffer",
    maxBuffer: room,
  });
  await writeFile(join(work, "image"), (await made).stdout);
  await link("executable", section("progbits", '.incbin "image"'));
  await objcopy("--remove-section=.program", "--remove-section=.comment", "executable");
  requireKnownParts(await readFile(join(work, "executable.map"), "utf8"), toolchain);
  if (await differBesidesImage(objcopy, work))
    throw new Error("the image does not fit the executable that it is for");
}

/** The section as assembly; `image`, `image_end` and `image_stack` are what native/image.c knows it by. */
function section(type, content) {
  return `.section .note.GNU-stack,"",@progbits
.section .image,"aw",@${type}
.balign 4096
.globl image, image_end, image_stack
.set image_end, image + ${room}
.set image_stack, image_end + ${stack}
image: ${content}
`;
}

/** Whether the pointers of the image may lead to something else than in the executable that made it. */
async function differBesidesImage(objcopy, work) {
  const [maker, executable] = await Promise.all(
    ["maker", "executable"].map(async (name) => {
      const removals = ["--remove-section=.image", "--remove-section=.program"];
      await objcopy("-O", "binary", ...removals, name, `${name}.rest`);
      return readFile(join(work, `${name}.rest`));
    }),
  );
  return !maker.equals(executable);
}

/**
 * Refuses an executable that holds what its bill of materials would not tell of: the linker is given libgcc in any case,
 * and amd64 needs none of it; arm64 does arithmetic of 128 bits by it, whose licence is not that of the rest.
 */
function requireKnownParts(map, toolchain) {
  const isListed = linkedVersions(toolchain).some(({ name }) => name === "libgcc");
  const taken = [...map.matchAll(/libgcc\.a\((\w+)\.o\)/g)].map(([, name]) => name);
  const unknown = taken.filter((name) => !isListed || !/^[a-z]+tf[a-z0-9]*$/.test(name));
  if (unknown.length > 0)
    throw new Error(`the executable needs more of libgcc than is known: ${unknown.join(" ")}`);
  if (isListed && taken.length === 0) throw new Error("the executable holds no libgcc");
}
