const canvas = "var(--color-canvas)";

/** A line with round ends. */
function line(d: string, width: number, colour = "currentColor", join?: "round") {
  return <path d={d} fill="none" stroke={colour} strokeWidth={width} strokeLinecap="round" strokeLinejoin={join} />;
}

/** Status icons on a 16 px grid. They differ in shape, not only in colour. */
export const glyphs = {
  ready: (
    <>
      <circle cx="8" cy="8" r="7" fill="currentColor" />
      {line("M4.9 8.3l2.1 2.1 4.1-4.6", 1.8, canvas, "round")}
    </>
  ),
  signin: (
    <>
      <path
        d="M8 .9a1.6 1.6 0 0 1 1.15.48l5.47 5.47a1.6 1.6 0 0 1 0 2.3l-5.47 5.47a1.6 1.6 0 0 1-2.3 0L1.38 9.15a1.6 1.6 0 0 1 0-2.3l5.47-5.47A1.6 1.6 0 0 1 8 .9Z"
        fill="currentColor"
      />
      {line("M4.9 8h5.8M8.4 5.6 10.9 8l-2.5 2.4", 1.7, canvas, "round")}
    </>
  ),
  authorizing: (
    <>
      <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="1.8" opacity=".3" />
      {line("M8 2a6 6 0 0 1 6 6", 2.2)}
      <circle cx="8" cy="8" r="1.6" fill="currentColor" />
    </>
  ),
  disconnected: line("M6.1 2.3A6 6 0 0 0 6.1 13.7M9.9 2.3A6 6 0 0 1 9.9 13.7", 1.8),
  disabled: (
    <>
      <circle cx="8" cy="8" r="6.1" fill="none" stroke="currentColor" strokeWidth="1.7" />
      {line("M5.2 8h5.6", 1.8)}
    </>
  ),
  failing: (
    <>
      <path
        d="M5.3 1h5.4a1 1 0 0 1 .7.3l3.3 3.3a1 1 0 0 1 .3.7v5.4a1 1 0 0 1-.3.7l-3.3 3.3a1 1 0 0 1-.7.3H5.3a1 1 0 0 1-.7-.3L1.3 11.4a1 1 0 0 1-.3-.7V5.3a1 1 0 0 1 .3-.7l3.3-3.3A1 1 0 0 1 5.3 1Z"
        fill="currentColor"
      />
      {line("M5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8", 1.7, canvas)}
    </>
  ),
  unknown: (
    <>
      <circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" strokeWidth="1.6" strokeDasharray="2.6 2.269" />
      {line("M6.5 6.5a1.6 1.6 0 1 1 2.2 1.5c-.5.2-.7.5-.7 1", 1.4)}
      <circle cx="8" cy="11" r=".85" fill="currentColor" />
    </>
  ),
  changed: (
    <>
      <path
        d="M8 1.2l6.8 12.3a.8.8 0 0 1-.7 1.2H1.9a.8.8 0 0 1-.7-1.2Z"
        fill="currentColor"
        stroke="currentColor"
        strokeLinejoin="round"
      />
      {line("M8 6v4", 1.7, canvas)}
      <circle cx="8" cy="12.2" r="1" fill={canvas} />
    </>
  ),
  todo: <circle cx="8" cy="8" r="5.6" fill="none" stroke="currentColor" strokeWidth="1.5" />,
};
