import type { Acts, Model } from "./model.ts";
import { Card, clockText, Sign } from "./parts.tsx";
import { sideWords, told, wordsOf } from "./words.ts";

/** Signed out: that somebody waits, never why; the keypad; and the call for help, which needs no sign-in. */
export function SignIn({ model, acts }: { model: Model; acts: Acts }) {
  const words = wordsOf(model.language);
  const text = words["sign-in"];
  const first = model.update?.waiting[0];
  const lane = told(words.bar.lane, {
    number: model.setup?.lane.number ?? "--",
    side: sideWords(model.language)[model.setup?.lane.side ?? "entry"] ?? "",
  });
  return (
    <main class={`signed-out${model.lost ? " old" : ""}`}>
      {first === undefined ? (
        <section class="needed quiet">
          <Sign name="check" size={120} />
          <h2>{text.quiet}</h2>
          <p>{text.buttons}</p>
        </section>
      ) : (
        <section class="needed">
          <Sign name="see-staff" size={172} />
          <h2>{text.needed}</h2>
          <p class="needed-where">
            {told(text.where, { lane })} <span class="mono">{clockText(first.waitedMs + model.ageMs)}</span>
          </p>
          <p>{text.later}</p>
          <p>{text.buttons}</p>
        </section>
      )}
      <Card name="keypad-card">
        <h2>{text.title}</h2>
        <p>{text.text}</p>
        <Keypad model={model} acts={acts} submit={acts.signIn} enter={text.enter} />
        <button type="button" class="push wide" data-push="call-help" onClick={() => acts.ask({ kind: "call-help" })}>
          <Sign name="call" size={30} />
          <span class="push-title">{text.call}</span>
        </button>
      </Card>
    </main>
  );
}

interface KeypadProps {
  readonly model: Model;
  readonly acts: Acts;
  readonly submit: () => void;
  readonly enter: string;
}

/** Six boxes and ten digits. The PIN is nowhere in the page but here, and never as text. */
export function Keypad({ model, acts, submit, enter }: KeypadProps) {
  const text = wordsOf(model.language)["sign-in"];
  const digits = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];
  return (
    <div class="keypad">
      <p class="boxes" role="img" aria-label={told(text.entered, { n: model.pin.length })}>
        {[0, 1, 2, 3, 4, 5].map((place) => (
          <span key={place} class={place < model.pin.length ? "box full" : "box"} />
        ))}
      </p>
      <p class="pin-note" role="alert">
        {model.pinNote ?? ""}
      </p>
      <div class="keys">
        {digits.map((digit) => (
          <button type="button" key={digit} class="key" data-key={digit} onClick={() => acts.digit(digit)}>
            {digit}
          </button>
        ))}
        <button type="button" class="key word" data-key="delete" onClick={acts.erase}>
          {text.delete}
        </button>
        <button type="button" class="key" data-key="0" onClick={() => acts.digit("0")}>
          0
        </button>
        <button type="button" class="key word filled" data-key="enter" onClick={submit}>
          {enter}
        </button>
      </div>
    </div>
  );
}
