/* The service worker of the owners' pages: keeps the files they need and one page for no signal.

   No page and no photo of anybody is ever kept: whoever borrows the phone finds nothing.
   The site serves it as /my/sw.js (scope /my/) with PORTAL before it: {version, assets, offline}. */
"use strict";

const NAMES = "portal-"; // not "huiyin-": those are the technicians’, whose worker clears them
const CACHE = NAMES + PORTAL.version;

/* Without cookies, so that what is kept is nobody's, in nobody's session. */
const fresh = (address) => fetch(new Request(address, { cache: "reload", credentials: "omit" }));

async function keep() {
  const cache = await caches.open(CACHE);
  await cache.addAll(PORTAL.assets.map((one) => new Request(one, { cache: "reload" })));
  const page = await fresh(PORTAL.offline);
  if (page.ok) await cache.put(PORTAL.offline, page);
}

async function forgetOld() {
  for (const name of await caches.keys()) if (name.startsWith(NAMES) && name !== CACHE) await caches.delete(name);
  await self.clients.claim();
}

async function page(request) {
  try {
    return await fetch(request);
  } catch (trouble) {
    const kept = await caches.match(PORTAL.offline, { cacheName: CACHE });
    if (kept) return kept;
    throw trouble;
  }
}

self.addEventListener("install", (event) => event.waitUntil(keep().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(forgetOld()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const place = new URL(request.url);
  if (request.method !== "GET" || place.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (PORTAL.assets.includes(place.pathname)) event.respondWith(caches.match(request, { cacheName: CACHE, ignoreSearch: true }).then((kept) => kept ?? fetch(request)));
});
