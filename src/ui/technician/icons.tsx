/** Line drawings of the panel, 24 grid, always beside words. */
const paths = {
  network: "M3 9a13 13 0 0 1 18 0M6 12.5a8.5 8.5 0 0 1 12 0M9 16a4 4 0 0 1 6 0M12 19.5h.01",
  broker: "M4 5h16v5H4zM4 14h16v5H4zM7.5 7.5h.01M7.5 16.5h.01",
  site: "M12 21s7-6.2 7-11a7 7 0 1 0-14 0c0 4.800 7 11 7 11zM12 12.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5z",
  camera: "M4 8h3.500L9 5.500h6L16.500 8H20v11H4zM12 16.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7z",
  thermometer: "M10 14V5.500a2 2 0 1 1 4 0V14a4 4 0 1 1-4 0zM17 6h3M17 9.500h2",
  turnstile: "M5 20V5h4v15M9 8l9-3M9 8l9 3M9 8h11",
  sound: "M4 10v4h3.500L12 18V6L7.500 10zM15.500 9.500a4 4 0 0 1 0 5M18 7a8 8 0 0 1 0 10",
  alert: "M6 16V11a6 6 0 1 1 12 0v5l1.500 2h-15zM10 20.500h4",
  overview: "M5 12.500l4.500 4.500L19 7",
  config:
    "M4 7h9M17 7h3M4 17h3M11 17h9M15 9.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5zM9 19.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5z",
  health: "M12 4.500L21 20H3zM12 10v4.500M12 17h.01",
  plots: "M4 20V4M4 20h16M7 15l4-5 3 3 5-7",
  log: "M5 4h14v11l-5 5H5zM14 20v-5h5M8.500 8.500h7M8.500 12h4",
  staff: "M12 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM5 20c0-4 3-6 7-6s7 2 7 6",
  support:
    "M4 6.500C4 5 7.500 4 12 4s8 1 8 2.500v11c0 1.500-3.500 2.500-8 2.500s-8-1-8-2.500zM4 6.500C4 8 7.500 9 12 9s8-1 8-2.500M4 12c0 1.500 3.500 2.500 8 2.500s8-1 8-2.500",
  check: "M5 12.500l4.500 4.500L19 7",
  cross: "M6 6l12 12M18 6L6 18",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7.500V12l3 2",
  warn: "M12 4.500L21 20H3zM12 10v4.500M12 17h.01",
  back: "M14.500 5L8 12l6.500 7",
  again: "M20 12a8 8 0 1 1-2.500-5.800L20 8.500M20 4v4.500h-4.500",
  lock: "M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3",
  dash: "M6 12h12",
} as const;
export type IconName = keyof typeof paths;

export function Icon({ name, size = 22 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" width={size} height={size} aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
