/** Bytes of a terminal become lines: echo, corrections, and the keys that a hand presses without thinking. */

const LONGEST = 120;
const key = { cancel: 0x03, end: 0x04, back: 0x08, feed: 0x0a, enter: 0x0d, clear: 0x15, escape: 0x1b, delete: 0x7f };

export interface LineListener {
  /** What was typed up to Enter. */
  line(text: string): void;
  /** Ctrl-C or Ctrl-D: whatever was begun is not meant. */
  cancel(): void;
}

/** Reads from any terminal program, whichever of CR, LF and CRLF its Enter sends. */
export class SerialLine {
  /** Stars instead of what is typed. */
  hidden = true;
  readonly #write: (text: string) => void;
  readonly #listener: LineListener;
  #typed: number[] = [];
  #before = 0;
  /** Inside the sequence that an arrow or function key sends (ECMA-48, 5.4); nothing of it is typed. */
  #sequence: "none" | "begun" | "control" = "none";

  constructor(write: (text: string) => void, listener: LineListener) {
    this.#write = write;
    this.#listener = listener;
  }

  take(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (!this.#inSequence(byte)) this.#press(byte);
      this.#before = byte;
    }
  }

  #inSequence(byte: number): boolean {
    switch (this.#sequence) {
      case "none":
        return false;
      case "begun":
        this.#sequence = byte === 0x5b || byte === 0x4f ? "control" : "none";
        return byte >= 0x20;
      case "control":
        if (byte >= 0x40) this.#sequence = "none";
        return true;
    }
  }

  #press(byte: number): void {
    if (byte === key.enter || byte === key.feed) {
      if (byte === key.feed && this.#before === key.enter) return;
      const line = Buffer.from(this.#typed).toString("utf8");
      this.#typed = [];
      this.#write("\r\n");
      this.#listener.line(line);
    } else if (byte === key.back || byte === key.delete) this.#rub();
    else if (byte === key.clear) while (this.#typed.length > 0) this.#rub();
    else if (byte === key.cancel || byte === key.end) {
      this.#typed = [];
      this.#write("^C\r\n");
      this.#listener.cancel();
    } else if (byte === key.escape) this.#sequence = "begun";
    else if (byte >= 0x20 && this.#typed.length < LONGEST) this.#type(byte);
  }

  #type(byte: number): void {
    this.#typed.push(byte);
    if (this.hidden ? !continues(byte) : byte < key.delete) this.#write(this.hidden ? "*" : String.fromCharCode(byte));
  }

  /** Takes one character back, all of its bytes. */
  #rub(): void {
    let byte = this.#typed.pop();
    if (byte === undefined) return;
    const shown = this.hidden || byte < key.delete;
    while (byte !== undefined && continues(byte)) byte = this.#typed.pop();
    if (shown) this.#write("\b \b");
  }
}

/** A byte of a character in UTF-8 that is not its first. */
const continues = (byte: number): boolean => (byte & 0xc0) === 0x80;
