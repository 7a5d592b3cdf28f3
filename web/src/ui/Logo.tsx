// The mark: a V that is a tick, with the point that was checked.
export function Logo({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden focusable="false">
      <rect width="32" height="32" rx="9" fill="#1d6147" />
      <path d="M8 13.5 13.6 24 25 7.5" fill="none" stroke="#f3f8f2" strokeWidth="4.2" strokeLinecap="round" strokeLinejoin="round" />
      <circle cx="25" cy="7.5" r="3" fill="#f3c74d" />
    </svg>
  );
}
