// What opens a cash drawer on the first pin of its printer (ESC p m t1 t2): 50 ms on, 500 ms off,
// in steps of 2 ms.

export const PULSE = [0x1b, 0x70, 0, 25, 250];

export const makePulse = () => new Uint8Array(PULSE);
