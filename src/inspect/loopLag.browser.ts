/** Pages and workers count a delay from the call that begins it. */
export const loopLag = (): number => 0;
