/** The part of onoff 6 that the sysfs backend uses; the package brings no types. */
declare module "onoff" {
  export class Gpio {
    static readonly accessible: boolean;
    constructor(gpio: number, direction: "in" | "high" | "low", edge?: "none" | "both");
    direction(): "in" | "out";
    edge(): "none" | "rising" | "falling" | "both";
    activeLow(): boolean;
    readSync(): 0 | 1;
    writeSync(value: 0 | 1): void;
    watch(callback: (error: Error | null | undefined, value: 0 | 1) => void): void;
    unwatchAll(): void;
    unexport(): void;
  }
}
