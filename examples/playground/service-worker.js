// Keeps the page for visits without a network: the network is asked first, so that nobody sees an old page while
// there is a newer one.  BUILD and FILES are put in by build.mjs.
const CACHE = `fovea-playground-${BUILD}`;

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)));
  self.skipWaiting();
});

self.addEventListener('activate', (event) => {
  const old = (name) => name.startsWith('fovea-playground-') && name !== CACHE;
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener('fetch', (event) => {
  if (event.request.method !== 'GET' || new URL(event.request.url).origin !== self.location.origin) return;
  event.respondWith(
    fetch(event.request).catch(async () => {
      const kept = await caches.match(event.request, { cacheName: CACHE, ignoreSearch: true });
      return kept ?? Response.error();
    }),
  );
});
