// Which activation an epilogue or an elementwise kernel applies.  The numbers are part of the ABI.
export const NONE: i32 = 0;
export const RELU: i32 = 1;
export const GELU: i32 = 2; // exact, through erf
export const GELU_TANH: i32 = 3;
export const QUICK_GELU: i32 = 4; // x sigmoid(1.702 x)
export const SILU: i32 = 5;
export const TANH: i32 = 6;
export const SIGMOID: i32 = 7;
