/** The board's network through NetworkManager's own command: no shell, and only arguments that look like what they are. */
import { execFile } from "node:child_process";
import { networkInterfaces } from "node:os";

export type NetworkAnswer =
  | { readonly ok: true; readonly lines: readonly string[] }
  | { readonly ok: false; readonly code: string; readonly why: string };

/** Runs a program with arguments; gives its output or null where it failed. */
export type Run = (program: string, args: readonly string[]) => Promise<string | null>;

const runProgram: Run = (program, args) =>
  new Promise((resolve) => {
    execFile(program, [...args], { timeout: 20_000, maxBuffer: 64 * 1024 }, (error, stdout) =>
      resolve(error === null ? stdout : null),
    );
  });

const addressesOf = (name: string): readonly string[] =>
  (networkInterfaces()[name] ?? [])
    .filter(({ family }) => family === "IPv4")
    .map(({ address, cidr }) => cidr ?? address);

const octet = "(25[0-5]|2[0-4]\\d|1?\\d?\\d)";
const ipv4 = new RegExp(`^${octet}(\\.${octet}){3}$`);
const cidr = new RegExp(`^${octet}(\\.${octet}){3}/([1-9]|[12]\\d|3[0-2])$`);
const device = /^[a-z][a-z0-9]{1,14}$/;
const no = (code: string, why: string): NetworkAnswer => ({ ok: false, code, why });

/** What is wrong with the name of an interface, an address with its network's length, another host; null where nothing is. */
export const wrongInterface = (text: string): NetworkAnswer | null =>
  device.test(text) ? null : no("GL-4121", "an interface's name looks like eth0");
export const wrongAddress = (text: string): NetworkAnswer | null =>
  cidr.test(text) ? null : no("GL-4122", "write the address as 10.1.2.3/24");
export const wrongHost = (text: string): NetworkAnswer | null =>
  ipv4.test(text) ? null : no("GL-4123", "write gateway and name server as 10.1.2.1");

export class Network {
  readonly #run: Run;
  readonly #addresses: (name: string) => readonly string[];

  constructor(run: Run = runProgram, addresses = addressesOf) {
    this.#run = run;
    this.#addresses = addresses;
  }

  /** One line per interface: name, state, connection, addresses. */
  async show(): Promise<NetworkAnswer> {
    const text = await this.#run("nmcli", ["-t", "-f", "DEVICE,STATE,CONNECTION", "device"]);
    if (text === null) return no("GL-4120", "NetworkManager does not answer; use the board's own network settings");
    const lines = text.trim().split("\n").slice(0, 20);
    return {
      ok: true,
      lines: lines.map((line) => {
        const [name = "", ...rest] = line.split(/(?<!\\):/);
        return [name, ...rest, ...this.#addresses(name)].join("  ");
      }),
    };
  }

  /** Address from the network's own service. */
  async automatic(name: string): Promise<NetworkAnswer> {
    const auto = ["ipv4.method", "auto", "ipv4.addresses", "", "ipv4.gateway", "", "ipv4.dns", ""];
    return wrongInterface(name) ?? this.#change(name, auto);
  }

  /** A fixed address, as 10.1.2.3/24, with gateway and name server. */
  async fixed(name: string, address: string, gateway: string, dns: string): Promise<NetworkAnswer> {
    const wrong = wrongInterface(name) ?? wrongAddress(address) ?? wrongHost(gateway) ?? wrongHost(dns);
    if (wrong !== null) return wrong;
    return this.#change(name, [
      "ipv4.method",
      "manual",
      "ipv4.addresses",
      address,
      "ipv4.gateway",
      gateway,
      "ipv4.dns",
      dns,
    ]);
  }

  async #change(name: string, settings: readonly string[]): Promise<NetworkAnswer> {
    const connection = (await this.#run("nmcli", ["-g", "GENERAL.CONNECTION", "device", "show", name]))?.trim() ?? "";
    if (connection === "" || connection === "--")
      return no("GL-4124", `${name} has no connection: plug the cable in, or look at 2 for the names`);
    if ((await this.#run("nmcli", ["connection", "modify", "id", connection, ...settings])) === null)
      return no("GL-4125", "the network refused these settings");
    if ((await this.#run("nmcli", ["connection", "up", "id", connection])) === null)
      return no("GL-4126", "the connection did not come up; check cable and address");
    return { ok: true, lines: [`${name} is up`] };
  }
}
