let drawn: Promise<void> = Promise.resolve();

/** Maximum wait in milliseconds; a hidden window paints nothing. */
const maxWait = 1000;

/** Number of consecutive frames within `quickFrame` milliseconds that count as idle. */
const quickFrames = 3;
const quickFrame = 40;

/** Resolves after the first paint; slow reads wait for it. */
export function firstPaint(): Promise<void> {
  return drawn;
}

/** Delays slow reads until the window has painted its first page and is idle. */
export function deferLongReads(): void {
  drawn = Promise.race([untilIdle(), new Promise<void>((resolve) => setTimeout(resolve, maxWait))]);
}

async function untilIdle(): Promise<void> {
  let before = performance.now();
  for (let count = 0; count < quickFrames;) {
    await new Promise((resolve) => requestAnimationFrame(resolve));
    const now = performance.now();
    count = now - before < quickFrame ? count + 1 : 0;
    before = now;
  }
}
