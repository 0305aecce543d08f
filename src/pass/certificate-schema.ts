/**
 * The content of an EU certificate against ehn-dcc-schema 1.0.0 to 1.3.0, as far as its versions agree: what one of
 * them allows is allowed, since issuers follow the version of their day.
 */
type Fields = Readonly<Record<string, unknown>>;
type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === "string" && value.length <= 100;
const matching =
  (pattern: RegExp): Check =>
  (value) =>
    typeof value === "string" && pattern.test(value);
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || value === null || check(value);
const count: Check = (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 99;

const date = matching(/^\d{4}-\d\d-\d\d(?:T[0-9:.]+(?:Z|[+-]\d\d(?::?\d\d)?)?)?$/);
const dateTime = matching(/^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d(?::?\d\d)?)?$/);
const transliterated = matching(/^[A-Z<]{0,80}$/);
/** A holder of EMA's organisation register has nine digits; those outside of it are known by name. */
const holder: Check = (value) => text(value) && (/^ORG-\d{9}$/.test(value as string) || !/^ORG-/.test(value as string));

const regions = new Intl.DisplayNames("en", { type: "region", fallback: "none" });
/** Two letters are a country of ISO 3166; longer names of institutions are allowed. */
const country: Check = (value) =>
  typeof value === "string" && /^[A-Z]{1,10}$/.test(value) && (value.length !== 2 || regions.of(value) !== undefined);

const common: Readonly<Record<string, Check>> = { tg: text, co: country, is: text, ci: text };
const shapes: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  v: { ...common, vp: text, mp: text, ma: holder, dn: count, sd: count, dt: date },
  t: { ...common, tt: text, nm: optional(text), ma: optional(text), sc: dateTime, tr: text, tc: optional(text) },
  r: { ...common, fr: date, df: date, du: date },
};

const head: Readonly<Record<string, Check>> = {
  ver: matching(/^\d+\.\d+\.\d+$/),
  dob: matching(/^(?:(?:19|20)\d\d(?:-\d\d){0,2}(?:T00:00:00)?)?$/),
};
const name: Readonly<Record<string, Check>> = {
  fn: optional(text),
  fnt: transliterated,
  gn: optional(text),
  gnt: optional(transliterated),
};

/** Whether the content has the required fields in the required forms and exactly one statement of one kind. */
export function followsSchema(content: Fields): boolean {
  const statements = Object.keys(shapes).flatMap((kind) => entriesOf(content[kind]).map((entry) => ({ kind, entry })));
  const [only] = statements;
  return (
    statements.length === 1 &&
    only !== undefined &&
    follows(content, head) &&
    follows(content.nam, name) &&
    follows(only.entry, shapes[only.kind] ?? {})
  );
}

const entriesOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const follows = (value: unknown, checks: Readonly<Record<string, Check>>): boolean =>
  typeof value === "object" &&
  value !== null &&
  Object.entries(checks).every(([field, check]) => check((value as Fields)[field]));
