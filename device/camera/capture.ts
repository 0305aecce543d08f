/** Command lines of the capture programs and what they answer. Pure. */
import { type Monotonic, monotonic } from "../../src/core/units.ts";

export interface CaptureSettings {
  readonly device: string;
  readonly width: number;
  readonly height: number;
  /** Frames a second. */
  readonly rate: number;
  readonly tool: "v4l2-ctl" | "ffmpeg";
}

export const setFormat = ({ device, width, height, rate }: CaptureSettings): string[] => [
  "v4l2-ctl",
  "-d",
  device,
  `--set-fmt-video=width=${width},height=${height},pixelformat=YUYV`,
  `--set-parm=${rate}`,
];

export const getFormat = (device: string): string[] => ["v4l2-ctl", "-d", device, "--get-fmt-video"];
export const listControls = (device: string): string[] => ["v4l2-ctl", "-d", device, "--list-ctrls"];

/** Few buffers, since the kernel's queue is first in, first out; `--verbose` says each frame's capture time. */
export function captureStream({ device, tool, width, height, rate }: CaptureSettings): string[] {
  if (tool === "v4l2-ctl") return ["v4l2-ctl", "-d", device, "--stream-mmap=3", "--stream-to=-", "--verbose"];
  const input = [
    "-f",
    "v4l2",
    "-input_format",
    "yuyv422",
    "-video_size",
    `${width}x${height}`,
    "-framerate",
    `${rate}`,
  ];
  return [
    "ffmpeg",
    "-v",
    "error",
    "-nostdin",
    "-fflags",
    "nobuffer",
    ...input,
    "-i",
    device,
    "-f",
    "rawvideo",
    "-c:v",
    "copy",
    "pipe:1",
  ];
}

/** Width and height of `--get-fmt-video`, or null where the camera took another pixel format or pads its lines. */
export function parseFormat(answer: string): { readonly width: number; readonly height: number } | null {
  const size = /Width\/Height\s*:\s*(\d+)\/(\d+)/.exec(answer);
  const line = /Bytes per Line\s*:\s*(\d+)/.exec(answer);
  const width = Number(size?.[1]);
  const height = Number(size?.[2]);
  const yuyv = /Pixel Format\s*:\s*'YUYV'/.test(answer);
  return yuyv && width > 0 && height > 0 && Number(line?.[1]) === width * 2 ? { width, height } : null;
}

/** The capture time in a line of `--verbose`: `cap dqbuf: 0 seq: 7 bytesused: 614400 ts: 4711.123456 …`, CLOCK_MONOTONIC. */
export function parseStamp(line: string): Monotonic | null {
  const seconds = /\bdqbuf:.*\bts: (\d+\.\d+)/.exec(line)?.[1];
  return seconds === undefined ? null : monotonic(Number(seconds) * 1000);
}
