import type { Check } from "./check.ts";

/** What is in the lane's memory, codes and names among it, stays there. The units and `config/sysctl-greenlane.conf` see to it. */
export const memoryChecks: readonly Check[] = [
  {
    id: "memory.kept",
    zh: "内存不外泄",
    en: "Memory stays private",
    look({ config, host }) {
      if (config.devices.simulated) return { status: "skipped", measured: "simulated" };
      const expected = "no tracing, no handler of crashes, no swap";
      const tracing = host.read("/proc/sys/kernel/yama/ptrace_scope");
      const crashes = host.read("/proc/sys/kernel/core_pattern");
      const swaps = host.read("/proc/swaps");
      if (tracing === null && crashes === null && swaps === null)
        return { status: "skipped", measured: "the kernel's settings can't be read" };
      const open: string[] = [];
      if (Number(tracing ?? 0) < 2) open.push("processes may be traced");
      if ((crashes ?? "").startsWith("|")) open.push("crashes are handed to a program");
      // Without the memory controller, which a Pi's firmware turns off, the unit's MemorySwapMax has no effect.
      const limited = host.read("/sys/fs/cgroup/cgroup.controllers")?.split(/\s+/).includes("memory") ?? false;
      if (!limited && (swaps ?? "").trim().split("\n").length > 1) open.push("memory may go to swap");
      if (open.length === 0) return { status: "ok", measured: expected, expected };
      return {
        status: "warn",
        code: "GL-1138",
        measured: open.join(", "),
        expected,
        fix: "install config/sysctl-greenlane.conf, put cgroup_enable=memory into cmdline.txt and restart (systemd/README.md)",
      };
    },
  },
];
