import { useEffect, useRef } from "preact/hooks";
import { escortReasons } from "../../core/verdict/clearance.ts";
import type { Acts, Model, Sheet } from "./model.ts";
import { Push } from "./parts.tsx";
import { Keypad } from "./sign-in.tsx";
import { told, wordsOf } from "./words.ts";

/** The open question, as a modal dialog: Escape closes it, focus stays inside and returns to where it was. */
export function OpenSheet({ model, acts, sheet }: { model: Model; acts: Acts; sheet: Sheet }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const words = wordsOf(model.language);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog
      ref={dialog}
      class="sheet"
      aria-labelledby="sheet-title"
      data-sheet={sheet.kind}
      onClose={() => acts.open(null)}
    >
      <SheetBody model={model} acts={acts} sheet={sheet} />
      <button type="button" class="small cancel" data-push="cancel" onClick={() => acts.open(null)}>
        {words.sheets.cancel}
      </button>
    </dialog>
  );
}

function SheetBody({ model, acts, sheet }: { model: Model; acts: Acts; sheet: Sheet }) {
  const words = wordsOf(model.language);
  switch (sheet.kind) {
    case "escort":
      return (
        <>
          <Head title={words.sheets.escort.title} text={words.sheets.escort.text} />
          <div class="choices">
            {escortReasons.map((reason) => (
              <Push
                key={reason}
                id={reason}
                symbol="check"
                title={words.sheets.escort.reasons[reason]}
                onPush={() => acts.ask({ kind: "escorted-release", person: sheet.person, reason })}
              />
            ))}
          </div>
        </>
      );
    case "through":
      return (
        <>
          <Head title={words.buttons["help-through"].title} text={words.buttons["help-through"].text} />
          <div class="choices">
            <Push
              id="assistance"
              symbol="assistance"
              {...words.buttons.assistance}
              onPush={() => acts.ask({ kind: "assistance" })}
            />
            <Push id="family" symbol="family" {...words.buttons.family} onPush={() => acts.open({ kind: "family" })} />
          </div>
        </>
      );
    case "family":
      return (
        <>
          <Head title={words.sheets.family.title} text={words.sheets.family.text} />
          <div class="choices many">
            {[2, 3, 4, 5, 6].map((people) => (
              <Push
                key={people}
                id={`family-${people}`}
                symbol="family"
                title={told(words.sheets.family.people, { n: people })}
                onPush={() => acts.ask({ kind: "family", people })}
              />
            ))}
          </div>
        </>
      );
    case "supervisor":
      return (
        <>
          <Head title={words.sheets.supervisor.title} text={words.sheets.supervisor.text} />
          <Keypad
            model={model}
            acts={acts}
            enter={words["sign-in"].enter}
            submit={() => acts.ask(sheet.action, model.pin)}
          />
        </>
      );
  }
}

function Head({ title, text }: { title: string; text: string }) {
  return (
    <>
      <h2 id="sheet-title">{title}</h2>
      <p>{text}</p>
    </>
  );
}
