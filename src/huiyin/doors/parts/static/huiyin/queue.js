/* What was done without signal: acts kept on the phone until the server has them.

   An act is stored, and flushed to the disk, before anybody is shown that it was taken. It carries a
   key made here, so that sending it twice is harmless. Acts of one matter are sent in their order.
   They belong to the employee who did them: nobody else on this phone sees or sends them.

   State of an act: waiting → done (kept until fresh jobs have been read) or conflict, refused (kept as
   a note until its author puts it away). */

const BASE = "huiyin-field";
const BATCH = 50;
const SLOWEST = 300; // seconds between two tries, at the most
const PATIENCE = 20000; // milliseconds for an answer
const PATIENCE_FILE = 90000;
const FATAL = new Set([400, 404, 413, 415, 422]); // the same again would be refused again

const STATES = { done: "done", again: "done", conflict: "conflict", refused: "refused" };

const asked = (request) =>
  new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });

const finished = (change) =>
  new Promise((done, failed) => {
    change.oncomplete = () => done();
    change.onerror = change.onabort = () => failed(change.error);
  });

/* Names made here; crypto.randomUUID exists on https only. */
export function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const text = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return text.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

class NotSent extends Error {
  constructor(why, status = 0) {
    super(why);
    this.why = why; // offline, login, token, other, busy, wait, body
    this.status = status;
  }
}

export class Queue extends EventTarget {
  me = "";
  state = "idle"; // idle, sending, offline, busy, wait, login
  #base;
  #places;
  #token = "";
  #tries = 0;
  #timer = 0;
  #again = false;
  #inLine = false;
  #heard = false;
  #tabs = new BroadcastChannel(BASE);

  /* Open the store; ``places`` are the addresses {sync, photo, jobs}. */
  static async open(places) {
    const queue = new Queue();
    queue.#places = places;
    const request = indexedDB.open(BASE, 1);
    request.onupgradeneeded = () => {
      const base = request.result;
      base.createObjectStore("acts", { keyPath: "seq", autoIncrement: true });
      base.createObjectStore("files"); // key of the act → its bytes, apart so that a look at the acts is quick
      base.createObjectStore("kept"); // jobs:<code>, me, device, drafts:<code>
    };
    queue.#base = await asked(request);
    queue.me = (await queue.recall("me")) || "";
    queue.#tabs.onmessage = async () => {
      queue.me = (await queue.recall("me")) || "";
      queue.#changed();
    };
    addEventListener("online", () => queue.send({ now: true }));
    addEventListener("offline", () => queue.#say("offline"));
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) queue.send({ now: true });
    });
    navigator.storage?.persist?.().catch(() => {});
    return queue;
  }

  /* -- what is kept beside the acts */

  recall(name) {
    return asked(this.#base.transaction("kept").objectStore("kept").get(name));
  }

  async keep(name, value) {
    const change = this.#base.transaction("kept", "readwrite");
    if (value === undefined) change.objectStore("kept").delete(name);
    else change.objectStore("kept").put(value, name);
    await finished(change);
  }

  async jobs() {
    return this.me ? (await this.recall(`jobs:${this.me}`)) || null : null;
  }

  async become(named) {
    const code = named.toUpperCase(); // log-in names do not mind their case
    if (code === this.me) return;
    const before = this.me;
    this.me = code;
    await this.keep("me", code);
    if (before) await this.keep(`jobs:${before}`, undefined); // not for the eyes of a colleague
    this.#tell();
  }

  /* -- acts */

  async #all() {
    return asked(this.#base.transaction("acts").objectStore("acts").getAll());
  }

  /* My acts in the order they were done. */
  async acts() {
    return (await this.#all()).filter((one) => one.employee === this.me);
  }

  /* How many acts of colleagues wait on this phone. */
  async others() {
    const all = await this.#all();
    return all.filter((one) => one.employee !== this.me && one.state === "waiting").length;
  }

  /* Keep an act; when this returns it is on the disk. A file is {bytes, type}; ``about`` are words
     for the note, should the act not be taken. */
  async put(act, matter, given = {}, { file = null, about = {} } = {}) {
    const at = new Date().toISOString();
    const kept = { employee: this.me, state: "waiting", told: "", file: file?.type ?? "", about };
    const one = { key: newKey(), act, matter, at, given, ...kept };
    const change = this.#base.transaction(["acts", "files"], "readwrite", { durability: "strict" });
    change.objectStore("acts").add(one);
    if (file) change.objectStore("files").add(file.bytes, one.key);
    await finished(change);
    this.#tell();
    this.send();
    return one.key;
  }

  /* Put away notes that were read. What still waits is never put away. */
  async forget(keys) {
    const some = (await this.acts()).filter((act) => keys.includes(act.key) && act.state !== "waiting");
    const change = this.#base.transaction(["acts", "files"], "readwrite");
    this.#drop(change, some);
    await finished(change);
    this.#tell();
  }

  #drop(change, some) {
    for (const one of some) {
      change.objectStore("acts").delete(one.seq);
      change.objectStore("files").delete(one.key);
    }
  }

  /* The photo or signature of an act, as a Blob. */
  async fileOf(act) {
    const bytes = await asked(this.#base.transaction("files").objectStore("files").get(act.key));
    return new Blob([bytes], { type: act.file });
  }

  /* -- sending */

  /* Send what waits, in one tab at a time; ``now`` does not wait for the next try. */
  async send({ now = false } = {}) {
    if (!this.me) return;
    if (now) this.#tries = 0;
    else if (this.#timer) return; // a try is arranged already
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#again = true;
    if (this.#inLine) return; // whoever has the turn in this tab sees #again
    this.#inLine = true;
    const turn = () => {
      this.#inLine = false;
      return this.#rounds();
    };
    if (navigator.locks) await navigator.locks.request(`${BASE}-send`, turn);
    else await turn(); // without locks the keys still keep everything single
  }

  /* Ask for fresh jobs, and send what waits. */
  async freshen() {
    this.#token = "";
    await this.send({ now: true });
  }

  async #rounds() {
    while (this.#again) {
      this.#again = false;
      try {
        if (!this.#token) await this.refresh();
        const sent = await this.#drain();
        if (sent) await this.refresh();
        this.#tries = 0;
        if (this.state === "busy") this.#later();
        else this.#say("idle");
      } catch (trouble) {
        if (!(trouble instanceof NotSent)) throw trouble;
        this.#stumbled(trouble.why);
      }
    }
  }

  #stumbled(why) {
    if (why === "login" || why === "token" || why === "other") this.#token = "";
    if ((why === "other" || why === "token") && this.#tries++ < 3) {
      this.#again = true; // with a fresh token, or as the one who is logged in now
      return;
    }
    this.#say(why === "token" || why === "other" ? "login" : why);
    if (this.state !== "login") this.#later();
  }

  #later() {
    const wait = Math.min(SLOWEST, 5 * 2 ** this.#tries) * (0.75 + Math.random() / 2);
    this.#tries += 1;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = 0;
      this.send();
    }, wait * 1000);
  }

  /* Send until nothing waits; a matter whose act the server stumbles over is left for later. */
  async #drain() {
    const stuck = new Set();
    let sent = 0;
    let single = false;
    for (;;) {
      const waiting = (await this.acts()).filter((one) => one.state === "waiting");
      const free = waiting.filter((one) => !stuck.has(one.matter));
      if (!free.length) {
        if (waiting.length) this.#say("busy");
        return sent;
      }
      this.#say("sending");
      const plain = free.findIndex((one) => one.file);
      const many = single ? 1 : Math.min(BATCH, plain < 0 ? free.length : plain);
      const batch = free[0].file ? [free[0]] : free.slice(0, Math.max(1, many));
      try {
        const left = await this.#settle(batch, await this.#deliver(batch));
        for (const one of left) stuck.add(one.matter);
        sent += batch.length - left.length;
      } catch (trouble) {
        if (!(trouble instanceof NotSent) || !["busy", "body"].includes(trouble.why)) throw trouble;
        if (batch.length > 1) single = true;
        else if (trouble.why === "busy") stuck.add(batch[0].matter);
        else await this.#settle(batch, [{ key: batch[0].key, state: "refused", told: trouble.message }]);
      }
    }
  }

  async #deliver(batch) {
    const about = {
      device: await this.#device(),
      employee: this.me,
      sent_at: new Date().toISOString(),
    };
    const [one] = batch;
    if (!one.file) {
      const acts = batch.map(({ key, act, matter, at, given }) => ({ key, act, matter, at, given }));
      const body = JSON.stringify({ ...about, acts });
      const answer = await this.#ask(this.#places.sync, { body, json: true });
      return answer.results;
    }
    const body = new FormData();
    const fields = { ...about, key: one.key, act: one.act, matter: one.matter, at: one.at, ...one.given };
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    const ending = one.file === "image/png" ? "png" : "jpg";
    body.set("file", await this.fileOf(one), `${one.key}.${ending}`);
    const answer = await this.#ask(this.#places.photo, { body });
    return answer.results ?? [answer];
  }

  /* Write down what the server said of each act; return those it held back or did not mention. */
  async #settle(batch, results) {
    const said = new Map(results.map((one) => [one.key, one]));
    const change = this.#base.transaction("acts", "readwrite", { durability: "strict" });
    const store = change.objectStore("acts");
    const left = [];
    for (const one of batch) {
      const result = said.get(one.key);
      const state = STATES[result?.state];
      if (state) store.put({ ...one, state, told: result.told || "" });
      else left.push(one);
    }
    await finished(change);
    for (const { key, told, matter } of results) {
      if (told && STATES[said.get(key)?.state] === "done") this.dispatchEvent(new CustomEvent("told", { detail: { matter, told } }));
    }
    this.#tell();
    return left;
  }

  /* Read my jobs anew; acts that were done before that are in them and need not be kept. */
  async refresh() {
    const done = (await this.acts()).filter((one) => one.state === "done");
    const before = await this.jobs();
    // Whole the first time: only then the server's clock is heard, and ours known to be wrong.
    const news = await this.#ask(this.#places.jobs, { tag: this.#heard ? before?.tag : "" });
    this.#heard = true;
    const data = news ?? before;
    const skew = news ? Date.parse(news.now) - Date.now() : before.skew;
    this.#token = data.csrf || "";
    if (this.me && this.me !== data.me.code.toUpperCase()) {
      await this.become(data.me.code);
      throw new NotSent("other");
    }
    await this.become(data.me.code);
    const change = this.#base.transaction(["acts", "files", "kept"], "readwrite");
    this.#drop(change, done);
    change.objectStore("kept").put({ ...data, got_at: new Date().toISOString(), skew }, `jobs:${this.me}`);
    await finished(change);
    this.#tell();
  }

  /* Ask the server; null says that nothing has changed since ``tag``. */
  async #ask(place, { body = null, json = false, tag = "" } = {}) {
    if (navigator.onLine === false) throw new NotSent("offline");
    const headers = { Accept: "application/json" };
    if (tag) headers["If-None-Match"] = tag;
    if (body) headers["X-CSRFToken"] = this.#token;
    if (json) headers["Content-Type"] = "application/json";
    let answer;
    try {
      answer = await fetch(place, {
        method: body ? "POST" : "GET",
        body,
        headers,
        cache: "no-store",
        redirect: "manual",
        signal: AbortSignal.timeout(body && !json ? PATIENCE_FILE : PATIENCE),
      });
      if (answer.status === 304 && tag) return null;
      if (answer.ok) return Object.assign(await answer.json(), { tag: answer.headers.get("ETag") || "" });
    } catch {
      throw new NotSent("offline");
    }
    if (answer.status === 401 || answer.type === "opaqueredirect") throw new NotSent("login");
    if (answer.status === 403) throw new NotSent(body ? "token" : "login");
    if (answer.status === 409) throw new NotSent("other");
    const said = body ? await answer.json().catch(() => ({})) : {};
    if (answer.status === 429 && said.code === "rate") throw new NotSent("wait", answer.status);
    if (body && FATAL.has(answer.status)) {
      throw Object.assign(new NotSent("body", answer.status), { message: said.told || said.detail || "" });
    }
    throw new NotSent("busy", answer.status);
  }

  async #device() {
    const known = await this.recall("device");
    if (known) return known;
    const device = newKey();
    await this.keep("device", device);
    return device;
  }

  /* -- telling the page, and other tabs */

  #say(state) {
    if (this.state === state) return;
    this.state = state;
    this.#changed();
  }

  #tell() {
    this.#tabs.postMessage("changed");
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
