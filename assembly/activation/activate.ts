// The activations that other kernels apply in passing, by their code, to a few floats in place.
import { GELU, GELU_TANH, QUICK_GELU, RELU, SIGMOID, SILU, TANH } from './kind';
import { map, mapWide } from './map';
import { Relu } from './rectifiers';
import { Gelu, GeluTanh, QuickGelu, Sigmoid, Silu, Tanh } from './sigmoids';

/**
 * x = act(x) for n floats; every code but the first eight leaves them as they are.  A row at a time,
 * because several vectors together take about a third of the time they take one by one (see mapWide).
 */
export function activateRow(x: usize, n: i32, kind: i32): void {
  switch (kind) {
    case RELU: map<Relu>(x, x, 0, 0, 0, n); break;
    case GELU: mapWide<Gelu>(x, x, 0, 0, 0, n); break;
    case GELU_TANH: mapWide<GeluTanh>(x, x, 0, 0, 0, n); break;
    case QUICK_GELU: map<QuickGelu>(x, x, 0, 0, 0, n); break;
    case SILU: mapWide<Silu>(x, x, 0, 0, 0, n); break;
    case TANH: mapWide<Tanh>(x, x, 0, 0, 0, n); break;
    case SIGMOID: map<Sigmoid>(x, x, 0, 0, 0, n); break;
  }
}
