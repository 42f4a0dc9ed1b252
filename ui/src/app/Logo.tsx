/**
 * A patch cable from one jack to the next, in the shape of a P. Edges are on a 16 px grid (64 units). Inline, because
 * as an image it would be a separate document for the web view.
 */
export function Logo({ className }: { className?: string | undefined }) {
  return (
    <svg className={className} viewBox="0 0 1024 1024" aria-hidden="true" focusable="false">
      <rect x="48" y="48" width="928" height="928" rx="216" fill="#20252d" />
      <rect
        x="56"
        y="56"
        width="912"
        height="912"
        rx="208"
        fill="none"
        stroke="#fff"
        strokeOpacity=".1"
        strokeWidth="16"
      />
      <path
        d="M288 736V424a168 168 0 0 1 168-168h136a176 176 0 0 1 0 352h-48"
        fill="none"
        stroke="#ff9d4d"
        strokeWidth="128"
      />
      <circle cx="288" cy="736" r="108" fill="#f4f6f8" />
      <circle cx="288" cy="736" r="42" fill="#20252d" />
      <circle cx="544" cy="608" r="108" fill="#f4f6f8" />
      <circle cx="544" cy="608" r="42" fill="#20252d" />
    </svg>
  );
}
