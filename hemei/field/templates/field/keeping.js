// Keeps a page on this device and shows it where there is no signal. name: of its own cache; version; page: its address; files: what it needs; pictures: what it keeps too unless the browser saves bytes; beside: addresses that it stands in for.
const NAME = "{{ name }}-";
const KEPT = NAME + "{{ version }}";
const PAGE = "{{ page }}";
const BESIDE = "{{ beside }}";
const SAVING = navigator.connection && navigator.connection.saveData;
const FILES = [PAGE{% for file in files %}, "{{ file }}"{% endfor %}{% if pictures %}, ...(SAVING ? [] : [{% for file in pictures %}"{{ file }}", {% endfor %}]){% endif %}];
{% if first == "kept" %}// What the page has put by itself: pictures of the forms that it asks.
const PUT_BY = (request) => request.destination === "image";
{% endif %}
// Where a page leads elsewhere, to the sign-in for one, nothing is kept: what is kept already stays.
const keep = (cache, file) => fetch(file).then((found) => {
  if (!found.ok || found.redirected) throw new Error(file);
  return cache.put(file, found);
});

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((cache) => Promise.all(FILES.map((file) => keep(cache, file)))).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = (name) => name.startsWith(NAME) && name !== KEPT;
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name)))).then(() => self.clients.claim()));
});

{% if first == "kept" %}// What is kept comes first: a bad line is not waited for. A newer script brings a newer page.
const answer = (request, path) => caches.match(path).then((kept) => kept || fetch(request));
{% else %}// A server in trouble is as good as none, and so is a page of which only the beginning came.
const whole = async (found) => {
  if (found.ok && !(await found.clone().arrayBuffer()).byteLength) throw new Error(found.url);
  return found;
};
const answer = (request, path) => fetch(request).then(whole).then(
  (found) => (found.status < 500 ? found : caches.match(path).then((kept) => kept || found)),
  () => caches.match(path),
);
{% endif %}
self.addEventListener("fetch", (event) => {
  const path = new URL(event.request.url).pathname;
  if (event.request.mode === "navigate" && (path === PAGE || (BESIDE && path.startsWith(BESIDE)))) {
    event.respondWith(answer(event.request, PAGE));
  } else if (event.request.method === "GET" && (FILES.includes(path){% if first == "kept" %} || PUT_BY(event.request){% endif %})) {
    event.respondWith(answer(event.request, path));
  }
});
