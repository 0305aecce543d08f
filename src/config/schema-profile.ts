/**
 * What a profile of `config/sites/` can say about a kind of place. The list is closed and holds nothing that could
 * become a condition for green holders (P4): no limit, no comparison, no outcome, no verdict, no extra check.
 */
import Type, { type Static } from "typebox";
import { siteKinds } from "../core/flow.ts";
import { duration, list, oneOf, say, text, yesNo } from "./fields.ts";
import { policyFields, words } from "./schema-place.ts";

const optional = Type.Optional;

export const profileSchema = Type.Object(
  {
    kind: oneOf(say("场所类型", "Kind of place", "与文件名相同", "Same as the file's name"), siteKinds),
    title: words("名称", "Name of the kind"),
    oneOfTheEight: yesNo(
      say("通告八类", "One of the eight kinds", "无码不得进入", "Admits nobody without a code (P1)"),
      false,
    ),
    whoIsChecked: words("查验对象", "Who is checked"),
    siteCheck: list(
      say("现场确认", "To settle on the spot", "安装时逐条确认", "Asked one by one at installation"),
      words("一条", "One item"),
      { max: 10 },
    ),
    defaults: Type.Object(
      {
        rules: optional(Type.Object({ onUnknown: optional(policyFields.onUnknown) }, { additionalProperties: false })),
        site: optional(
          Type.Object(
            {
              luggageLane: optional(Type.Boolean()),
              arrivalPeaks: optional(
                Type.Array(
                  Type.Object(
                    {
                      from: Type.String({ pattern: "^\\d{2}:\\d{2}$" }),
                      to: Type.String({ pattern: "^\\d{2}:\\d{2}$" }),
                    },
                    { additionalProperties: false },
                  ),
                  { maxItems: 6 },
                ),
              ),
              waitingPlace: optional(words("等候点", "Waiting place")),
              feverClinic: optional(words("发热门诊指引", "Way to the fever clinic")),
            },
            { additionalProperties: false },
          ),
        ),
        timings: optional(
          Type.Object(
            {
              wideWindow: optional(duration(say("加长通行时间", "Wide window", "", ""), { min: "5 s", max: "60 s" })),
              noCredentialAfter: optional(
                duration(say("无码提示", "No code after", "", ""), { min: "3 s", max: "60 s" }),
              ),
            },
            { additionalProperties: false },
          ),
        ),
        temperature: optional(
          Type.Object(
            { site: optional(oneOf(say("测温部位", "Where people are measured", "", ""), ["forehead", "wrist"])) },
            { additionalProperties: false },
          ),
        ),
        display: optional(
          Type.Object(
            { bigType: optional(Type.Boolean()), slow: optional(Type.Boolean()) },
            { additionalProperties: false },
          ),
        ),
      },
      { additionalProperties: false, default: {} },
    ),
    note: optional(text(say("说明", "Note", "", ""), { maxLength: 400 })),
  },
  { additionalProperties: false, title: "Profile of a kind of place" },
);
export type SiteProfile = Static<typeof profileSchema>;
