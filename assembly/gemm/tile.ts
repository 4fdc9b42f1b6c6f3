// The microkernel: rows of A (contiguous along k), two by two, against one whole panel of B; the sums begin with the
// rows at s and go to C.  K >= 1.  Strides and addresses in bytes.
//
// What V8 makes of it decides its speed, so the form matters:
// - Two rows by sixteen columns is the largest tile whose eight sums, four B vectors, two A vectors and
//   a product fit the sixteen registers of x86-64 when all loads of a step come first, as V8 before
//   Turboshaft arranges them.
// - Eight steps share one turn of the loop: its stack check, pointers and branch take as long as a third of a step.
// - Without something between them, V8 would draw the loads of all steps to the front, and the registers overflow.
//   Here it is that each step can be reached from the head: when K is no multiple of eight, the first turn
//   begins at step `pad`.  That costs one comparison a turn; a way out between steps costs one a step.
// - The head asks twice whether to begin at the first step.  Asked once, Binaryen turns the condition round, and V8
//   puts the way to the other steps where each turn has to jump over it.
// - Products and sums come in pairs: lanes/together.ts.
// - All steps take the vectors in the same order, so that a sum waits as long for its next product everywhere.  V8
//   draws up the last step from the stores and the others from there backwards, the last one the other way round:
//   3 % slower in Node 20.  What is stored first is therefore said to come from all four sums of its row.
// - Addresses advance before they are used: the result of an i32 addition needs no zero extension.
// - For two rows it does nothing but eight loads, the loop and eight stores, the last vector first: the order of the
//   stores, and of whatever else is in the function, decides the order in the loop.  It is called from several places
//   so that it is not inlined.
// - It goes from two rows to the next by itself, since a call takes 10 to 15 cycles; and without variables that it can
//   do without: V8 gives what the loop needs to the stack when there are more.
import { madd } from '../lanes/madd';
import { together } from '../lanes/together';
import { ROW } from './layout';

/** An even number of rows, at least two. */
export function tiles(
  c: usize, cm: usize, s: usize, s1: usize, a: usize, a1: usize, b: usize, K: i32, rows: i32,
): void {
  const pad = -K & 7;
  const start = b;
  const first = b - <usize>(pad + 8) * ROW;
  const last = b + <usize>(K - 8) * ROW;
  const back = <usize>(K + pad) << 2;
  const end = c + <usize>rows * cm;
  a -= (pad + 8) << 2;
  do {
    let c0 = v128.load(s), c1 = v128.load(s, 16), c2 = v128.load(s, 32), c3 = v128.load(s, 48);
    s += s1;
    let d0 = v128.load(s), d1 = v128.load(s, 16), d2 = v128.load(s, 32), d3 = v128.load(s, 48);
    s += s1;
    let x = a;
    let y = x + a1;
    b = first;
    do {
      b += 8 * ROW;
      x += 32;
      y += 32;
      let n: v128;
      switch (1) {
        case i32(b >= start): case i32(pad == 0): {
          const b0 = v128.load(b), b1 = v128.load(b, 16), b2 = v128.load(b, 32), b3 = v128.load(b, 48);
          const x0 = v128.load_splat<f32>(x), y0 = v128.load_splat<f32>(y);
          n = madd(x0, b0, c0), d0 = madd(y0, b0, d0), c0 = together(n, d0);
          n = madd(x0, b1, c1), d1 = madd(y0, b1, d1), c1 = together(n, d1);
          n = madd(x0, b2, c2), d2 = madd(y0, b2, d2), c2 = together(n, d2);
          n = madd(x0, b3, c3), d3 = madd(y0, b3, d3), c3 = together(n, d3);
        }
        case i32(pad == 1): {
          const b0 = v128.load(b, 64), b1 = v128.load(b, 80), b2 = v128.load(b, 96), b3 = v128.load(b, 112);
          const x0 = v128.load_splat<f32>(x, 4), y0 = v128.load_splat<f32>(y, 4);
          n = madd(x0, b0, c0), d0 = madd(y0, b0, d0), c0 = together(n, d0);
          n = madd(x0, b1, c1), d1 = madd(y0, b1, d1), c1 = together(n, d1);
          n = madd(x0, b2, c2), d2 = madd(y0, b2, d2), c2 = together(n, d2);
          n = madd(x0, b3, c3), d3 = madd(y0, b3, d3), c3 = together(n, d3);
        }
        case i32(pad == 2): {
          const b0 = v128.load(b, 128), b1 = v128.load(b, 144), b2 = v128.load(b, 160), b3 = v128.load(b, 176);
          const x0 = v128.load_splat<f32>(x, 8), y0 = v128.load_splat<f32>(y, 8);
          n = madd(x0, b0, c0), d0 = madd(y0, b0, d0), c0 = together(n, d0);
          n = madd(x0, b1, c1), d1 = madd(y0, b1, d1), c1 = together(n, d1);
          n = madd(x0, b2, c2), d2 = madd(y0, b2, d2), c2 = together(n, d2);
          n = madd(x0, b3, c3), d3 = madd(y0, b3, d3), c3 = together(n, d3);
        }
        case i32(pad == 3): {
          const b0 = v128.load(b, 192), b1 = v128.load(b, 208), b2 = v128.load(b, 224), b3 = v128.load(b, 240);
          const x0 = v128.load_splat<f32>(x, 12), y0 = v128.load_splat<f32>(y, 12);
          n = madd(x0, b0, c0), d0 = madd(y0, b0, d0), c0 = together(n, d0);
          n = madd(x0, b1, c1), d1 = madd(y0, b1, d1), c1 = together(n, d1);
          n = madd(x0, b2, c2), d2 = madd(y0, b2, d2), c2 = together(n, d2);
          n = madd(x0, b3, c3), d3 = madd(y0, b3, d3), c3 = together(n, d3);
        }
        case i32(pad == 4): {
          const b0 = v128.load(b, 256), b1 = v128.load(b, 272), b2 = v128.load(b, 288), b3 = v128.load(b, 304);
          const x0 = v128.load_splat<f32>(x, 16), y0 = v128.load_splat<f32>(y, 16);
          n = madd(x0, b0, c0), d0 = madd(y0, b0, d0), c0 = together(n, d0);
          n = madd(x0, b1, c1), d1 = madd(y0, b1, d1), c1 = together(n, d1);
          n = madd(x0, b2, c2), d2 = madd(y0, b2, d2), c2 = together(n, d2);
          n = madd(x0, b3, c3), d3 = madd(y0, b3, d3), c3 = together(n, d3);
        }
        case i32(pad == 5): {
          const b0 = v128.load(b, 320), b1 = v128.load(b, 336), b2 = v128.load(b, 352), b3 = v128.load(b, 368);
          const x0 = v128.load_splat<f32>(x, 20), y0 = v128.load_splat<f32>(y, 20);
          n = madd(x0, b0, c0), d0 = madd(y0, b0, d0), c0 = together(n, d0);
          n = madd(x0, b1, c1), d1 = madd(y0, b1, d1), c1 = together(n, d1);
          n = madd(x0, b2, c2), d2 = madd(y0, b2, d2), c2 = together(n, d2);
          n = madd(x0, b3, c3), d3 = madd(y0, b3, d3), c3 = together(n, d3);
        }
        case i32(pad == 6): {
          const b0 = v128.load(b, 384), b1 = v128.load(b, 400), b2 = v128.load(b, 416), b3 = v128.load(b, 432);
          const x0 = v128.load_splat<f32>(x, 24), y0 = v128.load_splat<f32>(y, 24);
          n = madd(x0, b0, c0), d0 = madd(y0, b0, d0), c0 = together(n, d0);
          n = madd(x0, b1, c1), d1 = madd(y0, b1, d1), c1 = together(n, d1);
          n = madd(x0, b2, c2), d2 = madd(y0, b2, d2), c2 = together(n, d2);
          n = madd(x0, b3, c3), d3 = madd(y0, b3, d3), c3 = together(n, d3);
        }
        default: {
          const b0 = v128.load(b, 448), b1 = v128.load(b, 464), b2 = v128.load(b, 480), b3 = v128.load(b, 496);
          const x0 = v128.load_splat<f32>(x, 28), y0 = v128.load_splat<f32>(y, 28);
          n = madd(x0, b0, c0), d0 = madd(y0, b0, d0), c0 = together(n, d0);
          n = madd(x0, b1, c1), d1 = madd(y0, b1, d1), c1 = together(n, d1);
          n = madd(x0, b2, c2), d2 = madd(y0, b2, d2), c2 = together(n, d2);
          n = madd(x0, b3, c3), d3 = madd(y0, b3, d3), c3 = together(n, d3);
        }
      }
    } while (b < last);
    c3 = together(c3, together(c2, together(c1, c0)));
    v128.store(c, c3, 48), v128.store(c, c2, 32), v128.store(c, c1, 16), v128.store(c, c0);
    c += cm;
    v128.store(c, d3, 48), v128.store(c, d2, 32), v128.store(c, d1, 16), v128.store(c, d0);
    c += cm;
    a = y + a1 - back;
  } while (c < end);
}
