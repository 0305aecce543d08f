/** What the AsyncAPI document says in words: how to be a control room (its `info.description`, CommonMark). */
import { longestLockdown } from "./orders.ts";
import { payloadCap } from "./parse.ts";
import { mostRanges } from "./ranges.ts";
import { lateAfterMs } from "./seal.ts";

export const guide = `JSON in UTF-8, at most ${payloadCap} bytes. Works on MQTT 3.1.1 and 5: everything that must be safe is in the payload, MQTT 5
properties repeat it. Receivers ignore fields that they don't know, except in signed claims. The operations are those of a
control room ("the centre"); every message has an example.

## Connecting

Subscribe with QoS 1 to \`greenlane/v1/+/+/+/event/alert\`, \`…/event/system\`, \`…/state\`, \`…/command/result\`,
\`…/config/reported\` and with QoS 0 to \`…/count\` (the site id \`centre\` is taken by the centre's own topic). Keep your session
over reconnects if you can; if you can't, nothing is lost, because lanes repeat. Publish your own state retained, with a will
that says offline: lanes show it, and send what is unconfirmed again when a centre comes back.
The broker ties a lane's topics to its certificate; check all the same that \`src\` of an event is the lane of its topic.

## Taking events, exactly once

1. Identity is (src, epoch, seq). \`seq\` counts from 1 without holes within an epoch, over both event topics together.
2. Store the event durably; where (src, epoch, seq) is there already, it is a repetition: drop it.
3. Only then send a receipt. The broker's acknowledgement is none: a lane deletes on receipts alone, and repeats after 2 s,
   4 s … 30 s what no receipt covers. Events may arrive in any order, new ones before old ones; order by (epoch, seq).
4. \`late\` events were sent more than ${lateAfterMs / 1000} s after they happened. \`at\` is the lane's clock: trust it as far as \`clock\` says.

## Receipts

One receipt says everything that you have of one epoch: all numbers up to \`upTo\` (0: none from the beginning), and the
inclusive ranges \`have\` beyond it, at most ${mostRanges}; leave out what doesn't fit. Receipts may be repeated, late or lost without harm;
send one for each commit (several a second need not be), and one for the current epoch after each birth.
Count the \`shed.ranges\` of an event of type \`shed\` as had, in the epoch that \`shed.epoch\` names or else in the event's own: these were
system events that a full outbox gave up, and they never come. A lane ignores receipts of epochs that it doesn't know, and for
numbers that it hasn't sent since its start.

## Completeness

The birth says \`seqHead\`, the highest number given out, and \`seqTail\`, the lowest still held (0: none). A number between the two
that you don't have and that nothing explains is a hole: ask for it with a request (epoch, from, count up to 200) when it has
stood for some ten seconds. Below \`seqTail\` nothing can be had: it was confirmed once.
An epoch ends when the lane's store is damaged. The first event of the next one is of type \`trouble\` and has in \`detail\` the code GL-4003,
\`previousEpoch\`, \`previousHead\` and \`salvaged\`; what could be saved still comes under its old numbers.
A death (\`offline\`) counts only if its \`boot\` is that of the last birth and its \`session\` not below that birth's.

## Orders

An order is a flattened JWS (RFC 7515, 7.2.2): \`payload\` is the base64url of the claims (schema order-claims), \`protected\` the
base64url of \`{"alg":"EdDSA","kid":"…","typ":"greenlane-order"}\`, \`signature\` the base64url of the Ed25519 signature over the ASCII text
\`protected.payload\`. No padding, no other members. Publish it on the topic of its kind, QoS 1, never retained.

- \`target\` is exactly one lane; \`iat\` and \`exp\` are seconds, and their difference at most what the topic's description says.
- \`ctr\` is above every one that this key has used for this lane (milliseconds since 1970 do). \`cid\` is new for each order.
- \`lockdown\` needs \`until\`, at most ${longestLockdown} s after \`iat\`. It closes entry only; \`unlock\` ends it, and is no free passage.
- A lane whose birth doesn't say \`clock: synced\` wants its \`challenge\` in the claims; it is used up by one order.
- \`scope: district\` needs two signatures by two keys, one of them an operator's: then \`signatures\` is a list of two objects
  with \`protected\` and \`signature\` (RFC 7515, 7.2.1) over the same payload. One order per lane all the same.
- Answers come on \`command/result\` with the same \`cid\`: \`accepted\`, then \`done\` or \`rejected\` with a reason; \`duplicate\` where the
  \`cid\` was seen before, with the first end in \`was\`. \`seq\` is the event that recorded it. No answer within the order's life: it was not done.

A desired configuration is signed alike with \`typ\` greenlane-config by a key of the role configuration, and is retained. Its
\`version\` only grows. Put a lockdown there as well, with its \`until\`, so that a lane that restarts comes up locked.

## Subjects

\`subject\` is a compact JWE (RFC 7516; ECDH-ES on P-256, A256GCM) to the district's key that the header's \`kid\` names; its plain text is
the reference of the pass. Only red and yellow have one. \`pseudonym\` groups the tries of one pass within a day. Everything else can be
read by any tool; people with an unremarkable green pass are never an event.`;
