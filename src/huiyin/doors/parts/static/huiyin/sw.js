/* The service worker: keeps the shell of the work pages and the files it needs, and nothing of anybody.

   Data of jobs and acts lie in IndexedDB under their employee; here is only what everybody gets.
   The site serves it as /sw.js with HUIYIN before it: {version, assets, shell, logout}. */
"use strict";

const CACHE = `huiyin-${HUIYIN.version}`;
const ASSETS = HUIYIN.assets;
const SHELL = HUIYIN.shell;
const LOGOUT = HUIYIN.logout;
const WORK = /^\/work\/(?:[^/]+\/)?$/;
const NOT_WORK = new Set(["/work/sync/", SHELL]);
const PATIENCE = 4000; // milliseconds until a page comes from the phone although there is some signal

async function keepShell() {
  const cache = await caches.open(CACHE);
  const answer = await fetch(SHELL, { cache: "no-cache" });
  if (answer.ok) await cache.put(SHELL, answer);
}

self.addEventListener("install", (event) => {
  const kept = caches.open(CACHE).then((cache) => cache.addAll(ASSETS.map((one) => new Request(one, { cache: "reload" }))));
  event.waitUntil(Promise.all([kept, keepShell()]).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = async () => {
    for (const name of await caches.keys()) if (name.startsWith("huiyin-") && name !== CACHE) await caches.delete(name);
  };
  event.waitUntil(old().then(() => self.clients.claim()));
});

const later = (time) => new Promise((done) => setTimeout(done, time));

/* From the network while it answers in time; else the shell, which draws what the phone keeps. */
async function workPage(event) {
  const shell = await caches.match(SHELL, { cacheName: CACHE });
  const fresh = fetch(event.request);
  fresh.catch(() => {});
  try {
    const answer = await (shell ? Promise.race([fresh, later(PATIENCE)]) : fresh);
    if (answer && answer.status < 500) {
      event.waitUntil(keepShell().catch(() => {}));
      return answer;
    }
    return shell ?? answer;
  } catch (trouble) {
    if (shell) return shell;
    throw trouble;
  }
}

/* Whoever logs out leaves no owner's name on the phone. What was not sent yet stays, unseen. */
async function forgetPerson() {
  const base = await new Promise((done, failed) => {
    const request = indexedDB.open("huiyin-field");
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
    request.onupgradeneeded = () => request.transaction.abort();
  });
  const change = base.transaction("kept", "readwrite");
  const store = change.objectStore("kept");
  store.getAllKeys().onsuccess = (event) => {
    for (const name of event.target.result) if (name !== "device") store.delete(name);
  };
  await new Promise((done) => {
    change.oncomplete = change.onabort = done;
  });
  base.close();
  new BroadcastChannel("huiyin-field").postMessage("changed");
}

async function logOut(event) {
  const answer = await fetch(event.request);
  if (answer.ok || answer.type === "opaqueredirect") await forgetPerson().catch(() => {});
  return answer;
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const place = new URL(request.url);
  if (place.origin !== self.location.origin) return;
  if (request.method === "POST" && place.pathname === LOGOUT) event.respondWith(logOut(event));
  if (request.method !== "GET") return;
  if (request.mode === "navigate" && WORK.test(place.pathname) && !NOT_WORK.has(place.pathname)) event.respondWith(workPage(event));
  else if (ASSETS.includes(place.pathname)) event.respondWith(caches.match(request, { cacheName: CACHE, ignoreSearch: true }).then((kept) => kept ?? fetch(request)));
});
