let drawn: Promise<void> = Promise.resolve();

/** Longest wait, in milliseconds: a window that is not shown draws nothing. */
const patience = 1000;

/** Frames that have to come quickly, and what is quick in milliseconds. */
const quickFrames = 3;
const quick = 40;

/** What is long to read waits for this, so that it takes no time from the first page. */
export function firstPaint(): Promise<void> {
  return drawn;
}

/** Has long reads wait until the window has drawn its first page and come to rest. */
export function deferLongReads(): void {
  drawn = Promise.race([untilIdle(), new Promise<void>((resolve) => setTimeout(resolve, patience))]);
}

async function untilIdle(): Promise<void> {
  let before = performance.now();
  for (let count = 0; count < quickFrames;) {
    await new Promise((resolve) => requestAnimationFrame(resolve));
    const now = performance.now();
    count = now - before < quick ? count + 1 : 0;
    before = now;
  }
}
