import type { RoomMessage } from "../../core/room.ts";

const longestWait = 5_000;

/** Keeps one live connection to the server; tells when the session has ended. */
export function keepLive(take: (message: RoomMessage) => void, onSignedOut: () => void): () => void {
  let socket: WebSocket | null = null;
  let wait = 250;
  let stopped = false;
  let timer = 0;

  const open = (): void => {
    const url = new URL("/live", location.href);
    url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const next = new WebSocket(url);
    socket = next;
    next.onmessage = (event: MessageEvent<string>) => {
      wait = 250;
      take(JSON.parse(event.data) as RoomMessage);
    };
    next.onclose = (event) => {
      if (stopped) return;
      if (event.code === 4401) return onSignedOut();
      timer = window.setTimeout(() => void again(), wait);
      wait = Math.min(longestWait, wait * 2);
    };
  };
  const again = async (): Promise<void> => {
    // A refused upgrade looks like a broken one; only this tells whether the session is still there.
    const answer = await fetch("/api/me").catch(() => null);
    if (stopped) return;
    if (answer?.status === 401) onSignedOut();
    else open();
  };
  open();
  return () => {
    stopped = true;
    clearTimeout(timer);
    socket?.close();
  };
}
