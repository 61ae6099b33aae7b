{% load static %}// Keeps the page that checks duty cards on this device, and shows it where a card is scanned without a signal.
const KEPT = "cards-{{ version }}";
const PAGE = "{% url 'craftsmen.offline' %}";
const FILES = [PAGE, "{% static 'built/cardcheck.js' %}", "{% static 'built/household.css' %}"];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("cards-") && name !== KEPT;
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name)))).then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const path = new URL(event.request.url).pathname;
  if (event.request.mode === "navigate" && (path.startsWith("{{ cards }}") || path === PAGE)) {
    event.respondWith(fetch(event.request).catch(() => caches.match(PAGE)));
  } else if (FILES.includes(path)) {
    event.respondWith(fetch(event.request).catch(() => caches.match(path)));
  }
});
