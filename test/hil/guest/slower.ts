/** What the emulated lane is told beside the example: limits for a slow machine, and how its bench is wired. */
export const WIDTH = 640;
export const HEIGHT = 480;

/** Slower than the product's defaults, since the guest has one processor for camera, decoder, lane and their far side. */
export const slower = {
  temperature: { warmUp: "0 s", sampleEvery: "100 ms", samples: 3, staleAfter: "2 s" },
  timings: { noCredentialAfter: "30 s" },
  reading: { workers: 1, frameAgeLimit: "10 s", decodeDeadline: "30 s" },
  devices: {
    camera: {
      device: "/dev/video0",
      width: WIDTH,
      height: HEIGHT,
      rate: "5 Hz",
      noFrameAfter: "10 s",
      frozenAfter: "4 s",
    },
    thermometer: { bus: 1 },
    watchdog: { laneLimit: "20 s", readerLimit: "60 s", thermometerLimit: "60 s" },
  },
} as const;

/** As test/device/gpio/bench.ts has it: both polarities occur. */
export const benchWiring = {
  gpio: {
    releaseExit: { line: 6, activeLow: false },
    presenceEntry: { line: 25, activeLow: false },
    presenceExit: { line: 12, activeLow: false },
    mainsLost: { line: 19, activeLow: false },
  },
  sounder: { player: "none" },
} as const;
