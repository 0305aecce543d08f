import "../shared/base.css";
import "./style.css";
import "./frame.css";
import "./list.css";
import "./detail.css";
import "./tables.css";
import "./places.css";
import "./narrow.css";
import { render } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Me, RoomCase } from "../../core/room.ts";
import { api, whoAmI } from "./api.ts";
import { App } from "./app.tsx";
import { keepLive } from "./live.ts";
import { groupOf, RoomState } from "./room-state.ts";
import { SignIn } from "./sign-in.tsx";
import { Sounds } from "./sounds.ts";
import { SubjectKey } from "./subject-key.ts";
import { type Language, speak } from "./words.ts";

const remembered = (name: string): string | null => localStorage.getItem(`greenlane-room-${name}`);
const remember = (name: string, value: string): void => localStorage.setItem(`greenlane-room-${name}`, value);

/** Night from 19 to 7 o'clock of the district, unless the operator chose. */
function modeByClock(): "night" | "day" {
  const hour = new Date(Date.now() + 8 * 3_600_000).getUTCHours();
  return hour >= 19 || hour < 7 ? "night" : "day";
}

function Page() {
  const [me, setMe] = useState<Me | null | undefined>(undefined);
  const [language, setLanguage] = useState<Language>(remembered("language") === "en" ? "en" : "zh");
  const [mode, setMode] = useState<"night" | "day">((remembered("mode") as "night" | "day" | null) ?? modeByClock());
  const subjectKey = useMemo(() => new SubjectKey(), []);
  const { state, sounds } = useMemo(() => {
    const made: RoomState = new RoomState((fresh) => heard.announce(groupsOf(fresh)));
    const heard = new Sounds(() => made.changed());
    return { state: made, sounds: heard };
  }, []);
  const speech = useMemo(() => speak(language), [language]);

  useEffect(() => {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    document.title = speech.t("room");
    document.body.dataset.mode = mode;
  }, [language, mode, speech]);
  useEffect(() => {
    whoAmI().then(
      (found) => setMe(found.mustChange ? null : found),
      () => setMe(null),
    );
  }, []);
  useEffect(() => {
    if (me === null || me === undefined) return;
    return keepLive(
      (message) => state.take(message),
      () => {
        // Whoever signs in next at this desk has a key of their own.
        subjectKey.forget();
        setMe(null);
      },
    );
  }, [me, state, subjectKey]);

  if (me === undefined) return null;
  if (me === null) return <SignIn speech={speech} onDone={setMe} />;
  return (
    <App
      me={me}
      state={state}
      speech={speech}
      sounds={sounds}
      subjectKey={subjectKey}
      onSignOut={() => {
        subjectKey.forget();
        void api(me.csrf)
          .signOut()
          .finally(() => setMe(null));
      }}
      onLanguage={() => {
        const next = language === "zh" ? "en" : "zh";
        remember("language", next);
        setLanguage(next);
      }}
      onMode={() => {
        const next = mode === "night" ? "day" : "night";
        remember("mode", next);
        setMode(next);
      }}
    />
  );
}

/** News by group: an urgent case is a group of its own. */
function groupsOf(fresh: readonly RoomCase[]): Map<string, number> {
  return new Map(fresh.map((one) => [one.priority === 1 ? one.id : groupOf(one), one.priority]));
}

const target = document.getElementById("app");
if (target !== null) render(<Page />, target);
