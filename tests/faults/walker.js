/* What a walker does on a phone, by the buttons and fields of the pages themselves. Stands in every page from its beginning. */
window.walker = (() => {
  const pause = () => new Promise((go) => setTimeout(go, 5));

  async function until(what) {
    for (let n = 0; n < 24_000; n += 1) {
      const found = what();
      if (found) return found;
      await pause();
    }
    throw new Error(`waited in vain: ${what}, on ${location} where it says ${document.querySelector("main")?.innerHTML.slice(0, 2000)}`);
  }

  /* All that the pages keep under this name; nothing where they have kept nothing yet. */
  async function held(name) {
    const base = await new Promise((go, failed) => {
      const opening = indexedDB.open("hemei-field", 1);
      opening.onupgradeneeded = () => opening.transaction.abort();
      opening.onsuccess = () => go(opening.result);
      opening.onerror = () => failed(opening.error);
    });
    const all = await new Promise((go, failed) => {
      const asked = base.transaction(name).objectStore(name).getAll();
      asked.onsuccess = () => go(asked.result);
      asked.onerror = () => failed(asked.error);
    });
    base.close();
    return all;
  }

  function photograph(box, bytes) {
    const carried = new DataTransfer();
    carried.items.add(new File([Uint8Array.from(atob(bytes), (one) => one.charCodeAt(0))], "front.jpg", { type: "image/jpeg" }));
    const input = box.querySelector("input[data-source=camera]");
    input.files = carried.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function write(box, text) {
    const field = box.querySelector("textarea, input");
    field.value = text;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /* What was begun and broken off has a photo already. */
  async function onePhoto(box, bytes, remove, shown) {
    for (let old = box.querySelector(remove); old; old = box.querySelector(remove)) old.click();
    photograph(box, bytes);
    await until(() => box.querySelectorAll(shown).length === 1);
  }

  /* The inspector's form for one of the houses that are owed. Ends when the page has put it into the outbox. */
  async function survey({ number, fields, photo }) {
    const [kit] = await held("kit");
    const place = kit.places[number % kit.places.length];
    location.hash = `#look/${place.id}/houses.survey`;
    await until(() => document.querySelector("main form") && document.querySelector("main [data-part=place]")?.textContent === place.label);
    const form = document.querySelector("main form");
    for (const [field, value] of Object.entries({ ...fields, remark: String(number) })) {
      const box = form.querySelector(`[data-field="${field}"]`);
      const choice = box.querySelector(`input[type=radio][value="${value}"]`);
      if (!choice) write(box, value);
      else if (!choice.checked) choice.click();
    }
    await onePhoto(form.querySelector("[data-field=house_photo]"), photo, "[data-part=remove]", ".photos li");
    await finished(form, () => location.hash === "");
  }

  /* The household's questions, one a page. Ends when the page has put them into the outbox. */
  async function report({ number, sticks, photo }) {
    const page = document.querySelector("[data-part=page]");
    if (!page) throw new Error(`not the kept page: ${document.body.innerHTML.slice(0, 500)}`);
    for (;;) {
      const next = await until(() => page.querySelector("[data-part=trouble], [data-part=choices] button, form"));
      if (next.matches("form")) break;
      if (page.querySelector("[data-part=trouble]")) next.click();
      else {
        const said = sticks && page.querySelector("h1").textContent.includes("门窗") ? "有" : "没有";
        [...page.querySelectorAll("[data-part=choices] button")].find((one) => one.textContent === said).click();
      }
    }
    const form = page.querySelector("form");
    await onePhoto(form.querySelector("[data-field=photo]"), photo, ".shots button", ".shots img");
    write(form.querySelector("[data-field=remark]"), String(number));
    await finished(form, () => page.querySelector("[data-part=trouble]"));
  }

  async function finished(form, arrived) {
    form.requestSubmit();
    const full = document.querySelector("template#words").content.querySelector("[data-say=full]");
    await until(() => {
      for (const said of document.querySelectorAll("main [data-part=full]:not([hidden]), main [data-part=count]:not([hidden])")) throw new Error(said.textContent);
      if (full && form.querySelector("[data-part=kept]")?.textContent === full.textContent) throw new Error(full.textContent);
      return arrived();
    });
  }

  const sheets = async () => (await held("sheets")).filter((one) => one.state !== "draft").map(
    ({ instance, account, state, said, wrong, tries, fields }) => ({ instance, account, state, said, wrong, tries, number: fields.remark?.[0] ?? "" }));

  return { survey, report, sheets };
})();
