/**
 * The composition of the control room: one process that collects, keeps, files, tells and shows. Several of them run
 * side by side on one PostgreSQL database and one broker (README).
 */
import type { Role } from "../core/room.ts";
import { seconds } from "../core/units.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import { encode } from "../protocol/parse.ts";
import { contains, type Ranges, union } from "../protocol/ranges.ts";
import { centreTopic, everyLane, parseTopic } from "../protocol/topics.ts";
import { reachable } from "./addressees.ts";
import { backups } from "./backups.ts";
import { Collector, type CollectorFigures } from "./collector.ts";
import type { ControlRoomConfig } from "./config.ts";
import type { Database } from "./database/database.ts";
import { openDatabase } from "./database/open.ts";
import { Desk, offlineAfter } from "./desk.ts";
import { IntakeThreads } from "./intake/intake-threads.ts";
import { LaneRegistry } from "./lane-registry.ts";
import { Link, type LinkOptions, type Received } from "./link.ts";
import { brokerPassword, brokerTls } from "./named-files.ts";
import { Notifier } from "./notifier.ts";
import { Eraser } from "./retention/eraser.ts";
import { KeyRing } from "./retention/key-ring.ts";
import { RoomView } from "./room-view.ts";
import { startServer } from "./server/server.ts";
import { AuditLog, operatorPut } from "./store/audit.ts";
import { CaseStore } from "./store/cases.ts";
import { type Coverage, EventStore, unfiledTopic } from "./store/events.ts";
import { LaneStore } from "./store/lanes.ts";
import { NoteStore } from "./store/notes.ts";
import { NoticeStore } from "./store/notices.ts";
import { PeopleStore } from "./store/people.ts";
import { prepareSchema } from "./store/schema.ts";
import { systemClock } from "./system-clock.ts";

export interface ControlRoom {
  /** Where the page is served. */
  readonly url: string;
  /** Operators, for those who set the first one up. */
  readonly people: PeopleStore;
  readonly figures: () => CollectorFigures;
  /** Whether the broker is reached. */
  connected(): boolean;
  /** Whether this event of a lane is on the centre's disk. */
  has(src: string, epoch: string, seq: number): boolean;
  /** Called after each durable commit with the sequence numbers it added. */
  onCommitted(listener: (coverage: Coverage) => void): () => void;
  /** Looks for holes now instead of at the next ten seconds; `pause` is how long one must have stood. */
  lookForHoles(pause: number): Promise<void>;
  stop(): Promise<void>;
}

export interface ControlRoomDeps {
  readonly clock?: Clock;
  readonly logger: Logger;
  /** Folder of the built pages; found by itself where left out. */
  readonly pages?: string;
  /** scrypt's N, for tests. */
  readonly passwordCost?: number;
}

/**
 * Starts collecting and serving; resolves when the database is open and the page answers. The broker may come later.
 * @throws ControlRoomConfigError for a file it names, DatabaseError GL-6001, or with code GL-6008 where the port is taken,
 * GL-6013 where the page isn't built.
 */
export async function startControlRoom(config: ControlRoomConfig, deps: ControlRoomDeps): Promise<ControlRoom> {
  const clock = deps.clock ?? systemClock();
  const { logger } = deps;
  const linked = linkOptions(config);
  const database = await openDatabase(config.database);
  await prepareSchema(database).catch(async (error: unknown) => {
    await database.stop();
    throw error;
  });
  const keyRing = new KeyRing(config.keys);
  const stores = openStores(database, config, keyRing, deps.passwordCost);
  const { events, cases, audit, notices, people, lanes } = stores;
  const link = new Link(linked, { clock, logger: logger.child("link") });
  const registry = new LaneRegistry({
    store: lanes,
    clock,
    logger: logger.child("lanes"),
    onBirth: (birth) => collector.announce(birth),
  });
  const intake = new IntakeThreads(config, database);
  const collector: Collector = new Collector({
    intake,
    store: events,
    clock,
    logger: logger.child("collector"),
    send: (topic, payload) => link.publish(topic, payload),
    currentEpoch: (src) => registry.currentEpoch(src),
    onUnfiled: () => desk.wake(),
  });
  const covered = await coverageOf(events, collector);
  const notifier = new Notifier(config, { notices, cases, clock, logger: logger.child("notifier") });
  const desk = new Desk(
    {
      cases,
      events,
      registry,
      clock,
      logger: logger.child("desk"),
      hearing: () => link.connected,
    },
    offlineAfter(config.offlineAfterSeconds),
  );
  const eraser = new Eraser(
    {
      database,
      keyRing,
      audit,
      clock,
      logger: logger.child("eraser"),
      onKeysDestroyed: (day) => intake.forget(day),
    },
    config.retentionDays,
  );
  const hearing = (): boolean => link.connected;
  const view = new RoomView({ cases, events, registry, keyRing, clock, logger: logger.child("view"), hearing });
  collector.onCommitted(({ src, reused }) => {
    if (reused[0] !== undefined) desk.numbersReused(src, reused[0]);
  });
  const endWaking = database.onNotify(unfiledTopic, () => desk.wake());

  await Promise.all([intake.start(), registry.start(), view.start()]);
  const server = await startServer(config, {
    ...stores,
    keyRing,
    view,
    logger: logger.child("server"),
    door: { people, clock, secure: config.web.behindTls || config.web.cert !== undefined },
    ...(deps.pages === undefined ? {} : { pages: deps.pages }),
  });
  collector.start();
  desk.start();
  notifier.start();
  eraser.start();
  const endBackups = backups(config.backups, { database, audit, clock, logger });
  const state = centreState(config);
  link.onReached(() => registry.askAll());
  link.start(
    filters(config),
    (message) => dispatch(message, collector, registry),
    () => link.publish(state.topic, state.online(clock.wall().at), { retain: true }),
  );

  return {
    url: server.url,
    people,
    figures: () => collector.figures,
    connected: () => link.connected,
    has: (src, epoch, seq) => contains(covered.get(`${src} ${epoch}`) ?? [], seq),
    lookForHoles: (pause) => collector.askForHoles(pause),
    onCommitted: (listener) => collector.onCommitted(listener),
    stop: async () => {
      endWaking();
      endBackups();
      await collector.stop();
      await intake.stop();
      await link.stop({ topic: state.topic, payload: state.offline });
      await Promise.all([desk.stop(), notifier.stop(), eraser.stop()]);
      view.stop();
      await server.stop();
      await registry.stop();
      await database.stop();
    },
  };
}

/**
 * Adds an operator, or gives one a new password and role, whether the control room runs or not. The audit log says that
 * it came from the server's own command line. @throws DatabaseError, or RangeError for an id that won't do.
 */
export async function addOperator(
  config: ControlRoomConfig,
  { id, role, password }: { readonly id: string; readonly role: Role; readonly password: string },
): Promise<void> {
  const database = await openDatabase(config.database);
  try {
    await prepareSchema(database);
    const people = new PeopleStore(database);
    const audit = new AuditLog(database);
    const { at } = systemClock().wall();
    const detail = { operator: id, role, from: "command line" };
    await people.put(id, role, password, at, true, (session, wasThere) =>
      audit.append(session, [operatorPut({ at, who: "system", wasThere, detail })]),
    );
  } finally {
    await database.stop();
  }
}

/**
 * Takes a lane that was taken down for good out of the lanes, whether the control room runs or not (it knows within five
 * seconds). Its events and cases stay; the audit log says so. Resolves with false where there is no such lane, or it is
 * online. @throws DatabaseError
 */
export async function forgetLane(config: ControlRoomConfig, src: string): Promise<boolean> {
  const database = await openDatabase(config.database);
  try {
    await prepareSchema(database);
    const audit = new AuditLog(database);
    const { at } = systemClock().wall();
    const detail = { lane: src, from: "command line" };
    return await new LaneStore(database).forget(src, at, (session) =>
      audit.append(session, [{ at, who: "system", action: "lane-forgotten", caseId: null, detail }]),
    );
  } finally {
    await database.stop();
  }
}

function openStores(database: Database, config: ControlRoomConfig, keyRing: KeyRing, passwordCost?: number) {
  const audit = new AuditLog(database);
  return {
    audit,
    events: new EventStore(database),
    cases: new CaseStore(database, audit, seconds(config.escalateAfterSeconds), reachable(config)),
    lanes: new LaneStore(database),
    notices: new NoticeStore(database),
    notes: new NoteStore(database, audit, keyRing, config.retentionDays),
    people: new PeopleStore(database, passwordCost),
  };
}

/** What is on disk, per lane and epoch, kept in step with the commits of this process. */
async function coverageOf(events: EventStore, collector: Collector): Promise<Map<string, Ranges>> {
  const covered = new Map<string, Ranges>();
  for (const stream of await events.streams()) covered.set(`${stream.src} ${stream.epoch}`, stream.have);
  collector.onCommitted(({ src, epoch, covered: more }) => {
    const stream = `${src} ${epoch}`;
    // Groups may be told out of order; coverage only grows.
    covered.set(stream, union(covered.get(stream) ?? [], more));
  });
  return covered;
}

/** Alerts and system events may be shared among collectors; states and counts every process wants for its page. */
function filters(config: ControlRoomConfig): string[] {
  const { district, broker } = config;
  const shared = broker.share === null ? "" : `$share/${broker.share}/`;
  return [
    `${shared}${everyLane(district.id, "event/alert")}`,
    `${shared}${everyLane(district.id, "event/system")}`,
    everyLane(district.id, "state"),
    everyLane(district.id, "count"),
  ];
}

function dispatch(message: Received, collector: Collector, registry: LaneRegistry): void | Promise<void> {
  const topic = parseTopic(message.topic);
  if (topic?.from !== "lane") {
    message.acknowledge();
    return undefined;
  }
  switch (topic.what) {
    case "event/alert":
    case "event/system":
      registry.heard(topic.lane);
      return collector.take(topic.lane, message);
    case "state":
      registry.state(topic.lane, message);
      break;
    case "count":
      registry.count(topic.lane, message);
      break;
  }
  message.acknowledge();
  return undefined;
}

function linkOptions(config: ControlRoomConfig): LinkOptions {
  const { broker } = config;
  const state = centreState(config);
  const { username } = broker;
  const password = brokerPassword(config);
  const tls = brokerTls(config);
  return {
    url: broker.url,
    clientId: `greenlane-centre-${config.district.id}-${config.centre}`,
    keepsSession: broker.share === null,
    protocol: broker.protocol,
    ...(username === undefined ? {} : { username }),
    ...(password === null ? {} : { password }),
    ...(tls === null ? {} : { tls }),
    will: { topic: state.topic, payload: state.offline },
  };
}

function centreState(config: ControlRoomConfig): { topic: string; offline: Buffer; online(at: number): Buffer } {
  const { district, centre } = config;
  return {
    topic: centreTopic(district.id, centre),
    offline: encode({ state: "offline", id: centre }),
    online: (at) => encode({ state: "online", id: centre, at: new Date(at).toISOString() }),
  };
}
