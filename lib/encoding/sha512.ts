/** The first 64 bits of the fractions of the square roots of the first 8 primes (FIPS 180-4, 5.3.5), as halves. */
// biome-ignore format: a table.
const initialState = Int32Array.of(
  0x6a09e667, 0xf3bcc908, 0xbb67ae85, 0x84caa73b, 0x3c6ef372, 0xfe94f82b, 0xa54ff53a, 0x5f1d36f1,
  0x510e527f, 0xade682d1, 0x9b05688c, 0x2b3e6c1f, 0x1f83d9ab, 0xfb41bd6b, 0x5be0cd19, 0x137e2179,
);

/** The first 64 bits of the fractions of the cube roots of the first 80 primes (FIPS 180-4, 4.2.3), as halves. */
// biome-ignore format: a table.
const roundConstants = Int32Array.of(
  0x428a2f98, 0xd728ae22, 0x71374491, 0x23ef65cd, 0xb5c0fbcf, 0xec4d3b2f, 0xe9b5dba5, 0x8189dbbc,
  0x3956c25b, 0xf348b538, 0x59f111f1, 0xb605d019, 0x923f82a4, 0xaf194f9b, 0xab1c5ed5, 0xda6d8118,
  0xd807aa98, 0xa3030242, 0x12835b01, 0x45706fbe, 0x243185be, 0x4ee4b28c, 0x550c7dc3, 0xd5ffb4e2,
  0x72be5d74, 0xf27b896f, 0x80deb1fe, 0x3b1696b1, 0x9bdc06a7, 0x25c71235, 0xc19bf174, 0xcf692694,
  0xe49b69c1, 0x9ef14ad2, 0xefbe4786, 0x384f25e3, 0x0fc19dc6, 0x8b8cd5b5, 0x240ca1cc, 0x77ac9c65,
  0x2de92c6f, 0x592b0275, 0x4a7484aa, 0x6ea6e483, 0x5cb0a9dc, 0xbd41fbd4, 0x76f988da, 0x831153b5,
  0x983e5152, 0xee66dfab, 0xa831c66d, 0x2db43210, 0xb00327c8, 0x98fb213f, 0xbf597fc7, 0xbeef0ee4,
  0xc6e00bf3, 0x3da88fc2, 0xd5a79147, 0x930aa725, 0x06ca6351, 0xe003826f, 0x14292967, 0x0a0e6e70,
  0x27b70a85, 0x46d22ffc, 0x2e1b2138, 0x5c26c926, 0x4d2c6dfc, 0x5ac42aed, 0x53380d13, 0x9d95b3df,
  0x650a7354, 0x8baf63de, 0x766a0abb, 0x3c77b2a8, 0x81c2c92e, 0x47edaee6, 0x92722c85, 0x1482353b,
  0xa2bfe8a1, 0x4cf10364, 0xa81a664b, 0xbc423001, 0xc24b8b70, 0xd0f89791, 0xc76c51a3, 0x0654be30,
  0xd192e819, 0xd6ef5218, 0xd6990624, 0x5565a910, 0xf40e3585, 0x5771202a, 0x106aa070, 0x32bbd1b8,
  0x19a4c116, 0xb8d2d0c8, 0x1e376c08, 0x5141ab53, 0x2748774c, 0xdf8eeb99, 0x34b0bcb5, 0xe19b48a8,
  0x391c0cb3, 0xc5c95a63, 0x4ed8aa4a, 0xe3418acb, 0x5b9cca4f, 0x7763e373, 0x682e6ff3, 0xd6b2b8a3,
  0x748f82ee, 0x5defb2fc, 0x78a5636f, 0x43172f60, 0x84c87814, 0xa1f0ab72, 0x8cc70208, 0x1a6439ec,
  0x90befffa, 0x23631e28, 0xa4506ceb, 0xde82bde9, 0xbef9a3f7, 0xb2c67915, 0xc67178f2, 0xe372532b,
  0xca273ece, 0xea26619c, 0xd186b8c7, 0x21c0c207, 0xeada7dd6, 0xcde0eb1e, 0xf57d4f7f, 0xee6ed178,
  0x06f067aa, 0x72176fba, 0x0a637dc5, 0xa2c898a6, 0x113f9804, 0xbef90dae, 0x1b710b35, 0x131c471b,
  0x28db77f5, 0x23047d84, 0x32caab7b, 0x40c72493, 0x3c9ebe0a, 0x15c9bebc, 0x431d67c4, 0x9c100d4c,
  0x4cc5d4be, 0xcb3e42b6, 0x597f299c, 0xfc657e2a, 0x5fcb6fab, 0x3ad6faec, 0x6c44198c, 0x4a475817,
);

/** The bytes of one block. */
const blockSize = 128;

/** How much a lower half holds: what a sum of them has beyond that is carried over into the higher half. */
const carryUnit = 0x1_0000_0000;

/**
 * The SHA-512 hash of the bytes (FIPS 180-4): 64 bytes. In native executables, native/sha512.c takes its place.
 *
 * Every 64-bit word is a pair of signed 32-bit halves, the higher one first. An interpreter is fastest on such numbers,
 * and many times slower on BigInt; so the rounds below are written out instead of being put together from functions.
 */
export function sha512(bytes: Uint8Array): Uint8Array {
  const state = initialState.slice();
  const schedule = new Int32Array(roundConstants.length);
  const message = pad(bytes);
  for (let position = 0; position < message.byteLength; position += blockSize) {
    expandBlock(message, position, schedule);
    compress(state, schedule);
  }

  const hash = new DataView(new ArrayBuffer(64));
  state.forEach((half, index) => {
    hash.setInt32(index * 4, half);
  });
  return new Uint8Array(hash.buffer);
}

/** The message, a 1 bit, zeros, and its length in bits at the end of the last block (FIPS 180-4, 5.1.2). */
function pad(bytes: Uint8Array): DataView {
  const padded = new Uint8Array(Math.ceil((bytes.length + 17) / blockSize) * blockSize);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 0x2000_0000));
  view.setUint32(padded.length - 4, bytes.length * 8);
  return view;
}

/** The 80 words that are mixed into the state for one block (FIPS 180-4, 6.4.2, step 1). */
function expandBlock(message: DataView, position: number, schedule: Int32Array): void {
  for (let half = 0; half < 32; half++) schedule[half] = message.getInt32(position + half * 4);
  for (let half = 32; half < schedule.length; half += 2) {
    // Sigma 0: rotations by 1 and 8, shift by 7.
    const h15 = schedule[half - 30] as number;
    const l15 = schedule[half - 29] as number;
    const h0 = ((h15 >>> 1) | (l15 << 31)) ^ ((h15 >>> 8) | (l15 << 24)) ^ (h15 >>> 7);
    const l0 = ((l15 >>> 1) | (h15 << 31)) ^ ((l15 >>> 8) | (h15 << 24)) ^ ((l15 >>> 7) | (h15 << 25));
    // Sigma 1: rotations by 19 and 61, shift by 6.
    const h2 = schedule[half - 4] as number;
    const l2 = schedule[half - 3] as number;
    const h1 = ((h2 >>> 19) | (l2 << 13)) ^ ((l2 >>> 29) | (h2 << 3)) ^ (h2 >>> 6);
    const l1 = ((l2 >>> 19) | (h2 << 13)) ^ ((h2 >>> 29) | (l2 << 3)) ^ ((l2 >>> 6) | (h2 << 26));

    const h16 = schedule[half - 32] as number;
    const l16 = schedule[half - 31] as number;
    const h7 = schedule[half - 14] as number;
    const l7 = schedule[half - 13] as number;
    const low = (l16 >>> 0) + (l0 >>> 0) + (l7 >>> 0) + (l1 >>> 0);
    // A typed array keeps the lower 32 bits of what is stored.
    schedule[half] = h16 + h0 + h7 + h1 + ((low / carryUnit) | 0);
    schedule[half + 1] = low;
  }
}

/** Mixes one block into the state (FIPS 180-4, 6.4.2, steps 2 to 4). */
function compress(state: Int32Array, schedule: Int32Array): void {
  let [ah = 0, al = 0, bh = 0, bl = 0, ch = 0, cl = 0, dh = 0, dl = 0] = state;
  let [eh = 0, el = 0, fh = 0, fl = 0, gh = 0, gl = 0, hh = 0, hl = 0] = state.subarray(8);

  for (let half = 0; half < schedule.length; half += 2) {
    // Sigma 1 of e: rotations by 14, 18 and 41. Then Ch(e, f, g).
    const sum1h = ((eh >>> 14) | (el << 18)) ^ ((eh >>> 18) | (el << 14)) ^ ((el >>> 9) | (eh << 23));
    const sum1l = ((el >>> 14) | (eh << 18)) ^ ((el >>> 18) | (eh << 14)) ^ ((eh >>> 9) | (el << 23));
    const chooseH = gh ^ (eh & (fh ^ gh));
    const chooseL = gl ^ (el & (fl ^ gl));
    const constantH = roundConstants[half] as number;
    const constantL = roundConstants[half + 1] as number;
    const wordH = schedule[half] as number;
    const wordL = schedule[half + 1] as number;
    const low1 = (hl >>> 0) + (sum1l >>> 0) + (chooseL >>> 0) + (constantL >>> 0) + (wordL >>> 0);
    const high1 = (hh + sum1h + chooseH + constantH + wordH + ((low1 / carryUnit) | 0)) | 0;

    // Sigma 0 of a: rotations by 28, 34 and 39. Then Maj(a, b, c).
    const sum0h = ((ah >>> 28) | (al << 4)) ^ ((al >>> 2) | (ah << 30)) ^ ((al >>> 7) | (ah << 25));
    const sum0l = ((al >>> 28) | (ah << 4)) ^ ((ah >>> 2) | (al << 30)) ^ ((ah >>> 7) | (al << 25));
    const majorityH = (ah & bh) | (ch & (ah | bh));
    const majorityL = (al & bl) | (cl & (al | bl));

    hh = gh;
    hl = gl;
    gh = fh;
    gl = fl;
    fh = eh;
    fl = el;
    const lowE = (dl >>> 0) + (low1 >>> 0);
    eh = (dh + high1 + ((lowE / carryUnit) | 0)) | 0;
    el = lowE | 0;
    dh = ch;
    dl = cl;
    ch = bh;
    cl = bl;
    bh = ah;
    bl = al;
    const lowA = (low1 >>> 0) + (sum0l >>> 0) + (majorityL >>> 0);
    ah = (high1 + sum0h + majorityH + ((lowA / carryUnit) | 0)) | 0;
    al = lowA | 0;
  }

  const mixed = [ah, al, bh, bl, ch, cl, dh, dl, eh, el, fh, fl, gh, gl, hh, hl];
  for (let half = 0; half < state.length; half += 2) {
    const low = ((state[half + 1] as number) >>> 0) + ((mixed[half + 1] as number) >>> 0);
    state[half] = (state[half] as number) + (mixed[half] as number) + ((low / carryUnit) | 0);
    state[half + 1] = low;
  }
}
