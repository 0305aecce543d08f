/** Plots by uPlot, redrawn when their columns change. */
import { useEffect, useRef } from "preact/hooks";
import uPlot, { type AlignedData, type Options } from "uplot";

export function Plot({
  data,
  options,
  label,
}: {
  data: AlignedData;
  options: Omit<Options, "width" | "height">;
  label: string;
}) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  useEffect(() => {
    const { current } = box;
    if (current === null) return;
    const size = () => ({ width: Math.max(200, current.clientWidth), height: Math.max(120, current.clientHeight) });
    const made = new uPlot({ ...options, ...size() }, data, current);
    plot.current = made;
    const watcher = new ResizeObserver(() => made.setSize(size()));
    watcher.observe(current);
    return () => {
      watcher.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, []);
  useEffect(() => plot.current?.setData(data), [data]);
  return <div class="plot" ref={box} role="img" aria-label={label} />;
}

const token = (name: string): string => getComputedStyle(document.body).getPropertyValue(name).trim();

/** Two series as the design has them: the first solid blue, the second dashed and orange. */
export const seriesStyles = (labels: readonly string[]): Options["series"] => [
  {},
  ...labels.map((label, index) => ({
    label,
    stroke: token(index === 0 ? "--gl-series-1" : "--gl-series-2"),
    width: 2.5,
    spanGaps: false,
    ...(index === 0 ? {} : { dash: [8, 6] }),
    points: { show: false },
  })),
];

export const axisStyle = () => ({
  stroke: token("--gl-ink-2"),
  grid: { stroke: token("--gl-rule"), width: 1 },
  ticks: { show: false },
  font: '15px "Atkinson Hyperlegible Next", "Noto Sans SC", sans-serif',
});
