import { useState } from "preact/hooks";
import type { Me } from "../../core/room.ts";
import { api, Refused, signIn } from "./api.ts";
import type { Speech } from "./words.ts";

/** Staff id and password; a password that somebody else set is changed at once. */
export function SignIn({ speech, onDone }: { speech: Speech; onDone: (me: Me) => void }) {
  const [id, setId] = useState("");
  const [password, setPassword] = useState("");
  const [next, setNext] = useState("");
  const [pending, setPending] = useState<Me | null>(null);
  const [failure, setFailure] = useState("");
  const { t } = speech;
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setFailure("");
    try {
      if (pending !== null) return onDone(await api(pending.csrf).password(password, next));
      const me = await signIn(id.trim(), password);
      if (me.mustChange) setPending(me);
      else onDone(me);
    } catch (error) {
      setFailure(t(reasonOf(error)));
    }
  };
  return (
    <main class="sign-in">
      <form class="card" onSubmit={(event) => void submit(event)}>
        <h1>{t("room")}</h1>
        {pending === null ? (
          <>
            <label>
              {t("id")}
              <input
                name="id"
                autocomplete="username"
                value={id}
                onInput={(event) => setId(event.currentTarget.value)}
              />
            </label>
            <label>
              {t("password")}
              <input
                name="password"
                type="password"
                autocomplete="current-password"
                value={password}
                onInput={(event) => setPassword(event.currentTarget.value)}
              />
            </label>
          </>
        ) : (
          <label>
            {t("newPassword")}
            <input
              name="new-password"
              type="password"
              minLength={10}
              autocomplete="new-password"
              value={next}
              onInput={(event) => setNext(event.currentTarget.value)}
            />
          </label>
        )}
        <p class="failure" role="alert">
          {failure}
        </p>
        <button type="submit" class="main">
          {t(pending === null ? "signIn" : "save")}
        </button>
      </form>
    </main>
  );
}

function reasonOf(error: unknown): "wait" | "otherHost" | "wrong" {
  if (!(error instanceof Refused)) return "wrong";
  if (error.status === 429) return "wait";
  return error.status === 403 ? "otherHost" : "wrong";
}
