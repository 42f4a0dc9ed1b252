// What the benches of the window do in the page. Each answer goes to `done`, the driver's last argument.

const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));

/** Until what was changed is drawn: the frame, and the task after it. */
const drawn = async () => {
  await frame();
  const channel = new MessageChannel();
  const after = new Promise((resolve) => (channel.port1.onmessage = resolve));
  channel.port2.postMessage(null);
  await after;
};

const until = (there) =>
  new Promise((resolve) => {
    if (there()) return resolve();
    const observer = new MutationObserver(() => {
      if (!there()) return;
      observer.disconnect();
      resolve();
    });
    observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  });

const grid = (label = "Connectors") => document.querySelector(`[role="grid"][aria-label="${label}"]`);

const steps = {
  /** Milliseconds from the start of the page until the list, or that it is empty, is drawn. */
  async firstLook(isEmpty) {
    const there = isEmpty
      ? () => document.body?.innerText.includes("No connectors yet")
      : () => grid()?.querySelector('[aria-rowindex="1"]');
    if (window.isLeft) return "left";
    // What is there already came at a moment that nobody saw.
    if (there()) return "late";
    await until(there);
    await drawn();
    return performance.now();
  },

  /** Milliseconds from the way to a page until what it is for is drawn. */
  async open(path, wanted) {
    await frame();
    const begun = performance.now();
    location.hash = path;
    await until(() => document.querySelector(wanted));
    await drawn();
    return performance.now() - begun;
  },

  /**
   * For each key typed into the filter of a list, milliseconds until the rows that fit have their places, and until
   * they are drawn; what Rust took of it.
   */
  async filter(list, text) {
    const field = document.querySelector('input[placeholder="Filter"], input[placeholder^="Search "]');
    const rowCount = () => Number(grid(list)?.getAttribute("aria-rowcount") ?? 0);
    const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set;
    const asked = [];
    const real = window.fetch;
    window.fetch = async (...call) => {
      const begun = performance.now();
      try {
        return await real(...call);
      } finally {
        asked.push(performance.now() - begun);
      }
    };
    const keys = [];
    const type = async (value) => {
      const before = rowCount();
      asked.length = 0;
      await frame();
      const begun = performance.now();
      set.call(field, value);
      field.dispatchEvent(new InputEvent("input", { bubbles: true }));
      await until(() => rowCount() !== before);
      grid(list)?.getBoundingClientRect();
      const work = performance.now() - begun;
      await drawn();
      const paint = performance.now() - begun;
      keys.push({ value, work, paint, rust: asked.reduce((sum, one) => sum + one, 0), calls: asked.length, rows: rowCount() });
    };
    for (let length = 1; length <= text.length; length++) await type(text.slice(0, length));
    for (let length = text.length - 1; length >= 0; length--) await type(text.slice(0, length));
    window.fetch = real;
    return keys;
  },

  /** Frames per second of scrolling the list, and of plain text of the same size in its place. */
  async scroll(milliseconds, step) {
    const list = grid();
    const { left, top, width, height } = list.getBoundingClientRect();
    const text = document.createElement("pre");
    const lines = Math.ceil(list.scrollHeight / 16);
    text.textContent = Array.from({ length: lines }, (_, line) => `${line} The quick brown fox jumps over the lazy dog`).join("\n");
    text.style.cssText = `position:fixed;left:${left}px;top:${top}px;width:${width}px;height:${height}px;margin:0;overflow:auto;z-index:9999;font:13px/16px monospace;background:Canvas;color:CanvasText`;
    const listed = await frames(list, milliseconds, step);
    document.body.append(text);
    await drawn();
    const plain = await frames(text, milliseconds, step);
    text.remove();
    return { list: listed, text: plain };
  },
};

async function frames(scroller, milliseconds, step) {
  scroller.scrollTop = 0;
  await drawn();
  const begun = performance.now();
  let count = 0;
  while (performance.now() - begun < milliseconds) {
    scroller.scrollTop += step;
    await frame();
    count += 1;
  }
  return (count * 1000) / (performance.now() - begun);
}

const [name, ...rest] = arguments;
const done = rest.pop();
steps[name](...rest).then(done, (error) => done({ failed: String(error) }));
