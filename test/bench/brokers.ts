/** The two brokers of the benches, on a free port of this machine, to be killed and started again. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { startBroker } from "../../src/control-room/broker.ts";

export interface BenchBroker {
  readonly name: string;
  readonly port: number;
  readonly url: string;
  /** Of its own process while it runs; null for one that runs in this process. */
  readonly pid: number | null;
  start(): Promise<void>;
  kill(): Promise<void>;
}

const program = "/usr/sbin/mosquitto";

/** A real Mosquitto with the limits of `config/broker/mosquitto.conf`, without TLS; null where none is installed. */
export async function mosquitto(place: string): Promise<BenchBroker | null> {
  if (!existsSync(program)) return null;
  const port = await freePort();
  const conf = join(place, "mosquitto.conf");
  writeFileSync(
    conf,
    [
      `listener ${port} 127.0.0.1`,
      "allow_anonymous true",
      "persistence false",
      "max_inflight_messages 4000",
      "max_queued_messages 100000",
      "set_tcp_nodelay true",
      "user root",
      "",
    ].join("\n"),
  );
  let child: ChildProcess | null = null;
  return {
    name: "Mosquitto",
    port,
    url: `mqtt://127.0.0.1:${port}`,
    get pid() {
      return child?.pid ?? null;
    },
    start: async () => {
      child = spawn(program, ["-c", conf], { stdio: "ignore" });
      while (!(await answers(port))) await new Promise((next) => setTimeout(next, 20));
    },
    kill: async () => {
      const running = child;
      child = null;
      if (running === null || running.exitCode !== null) return;
      running.kill("SIGKILL");
      await once(running, "exit");
    },
  };
}

/** The embedded broker, in the process that calls. */
export async function aedes(): Promise<BenchBroker> {
  const port = await freePort();
  let stop: () => Promise<void> = async () => {};
  return {
    name: "aedes",
    port,
    url: `mqtt://127.0.0.1:${port}`,
    pid: null,
    start: async () => {
      stop = (await startBroker({ host: "127.0.0.1", port })).stop;
    },
    kill: async () => {
      await stop();
      stop = async () => {};
    },
  };
}

const answers = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const probe = connect(port, "127.0.0.1", () => {
      probe.destroy();
      done(true);
    });
    probe.on("error", () => done(false));
  });

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === "object" && address !== null ? address.port : 0;
}
