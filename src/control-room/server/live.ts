import type { FastifyInstance } from "fastify";
import type { WebSocket } from "ws";
import type { RoomMessage } from "../../core/room.ts";
import { seconds } from "../../core/units.ts";
import type { ControlRoomConfig } from "../config.ts";
import type { RoomListener, RoomView } from "../room-view.ts";
import { cookieName, type Door, needs, sameOrigin } from "./door.ts";

const chunk = 1_000;
/** A page that takes in nothing any more is cut off; it comes back and starts anew. */
const mostBuffered = 16 * 1024 * 1024;

/** The live connection: everything once, then changes as they happen. It keeps the session alive while the page is open. */
export function liveRoute(app: FastifyInstance, door: Door, view: RoomView, config: ControlRoomConfig): void {
  const hello: RoomMessage = {
    kind: "hello",
    places: {
      district: config.district,
      subdistricts: config.subdistricts,
      sites: config.sites,
      addressees: config.addressees.map(({ id, name }) => ({ id, name })),
    },
    retentionDays: config.retentionDays,
    escalateAfter: config.escalateAfterSeconds * 1_000,
    shiftEnds: config.shiftEnds,
  };

  app.get("/live", { websocket: true, preHandler: needs(door, "watcher") }, (socket, request) => {
    if (!sameOrigin(request)) {
      socket.close(1008);
      return;
    }
    const say = (message: RoomMessage): void => tell(socket, message);
    say(hello);
    say({ kind: "lanes", lanes: view.lanes() });
    const all = view.cases();
    for (let from = 0; from === 0 || from < all.length; from += chunk)
      say({ kind: "cases", cases: all.slice(from, from + chunk), fresh: false });
    say({ kind: "ready" });
    const listener: RoomListener = {
      cases: (rows) => {
        for (let from = 0; from < rows.length; from += chunk)
          say({ kind: "cases", cases: rows.slice(from, from + chunk), fresh: true });
      },
      lanes: (lanes) => say({ kind: "lanes", lanes }),
      beat: (at, flood, lastHour, hearing) => say({ kind: "beat", at, flood, lastHour, hearing }),
    };
    const forget = view.listen(listener);
    const token = request.cookies[cookieName(door.secure)];
    const cancel = door.clock.every(seconds(30), () => {
      door.people.session(token, door.clock.wall().at).then(
        (session) => {
          if (session === null) socket.close(4401);
        },
        // A store that doesn't answer says nothing about the session: the staff keep what they see, and it is asked again.
        () => {},
      );
    });
    socket.on("message", () => socket.close(1008));
    socket.on("error", () => socket.terminate());
    socket.on("close", () => {
      forget();
      cancel();
    });
  });
}

function tell(socket: WebSocket, message: RoomMessage): void {
  if (socket.readyState !== socket.OPEN) return;
  if (socket.bufferedAmount > mostBuffered) socket.terminate();
  else socket.send(JSON.stringify(message));
}
