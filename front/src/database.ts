/**
 * Asks the database of that name, which is opened when it is first asked. A page that goes away has no time to open one, so it
 * stays open; where it was closed meanwhile, or could not be opened, it is opened anew and asked once more.
 */
export function inBase(name: string, make: (base: IDBDatabase) => void) {
  let base: Promise<IDBDatabase> | undefined;
  return async <Result>(store: string, mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest): Promise<Result> => {
    for (let last = false; ; last = true) {
      base ??= openBase(name, make);
      try {
        return await inStore(await base, store, mode, ask);
      } catch (error) {
        base = undefined;
        if (last) throw error;
      }
    }
  };
}

/** One request to an open database, done when it lies on the disk: unasked, a browser no longer waits for that. */
function inStore<Result>(
  base: IDBDatabase, name: string, mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest,
): Promise<Result> {
  const transaction = base.transaction(name, mode, { durability: "strict" });
  const asked = ask(transaction.objectStore(name));
  // The page may be gone before it would be committed by itself. What writes only after it has read is not yet at its end.
  if (mode === "readwrite" && !asked.onsuccess) transaction.commit();
  return new Promise((resolve, reject) => {
    const lost = () => reject(transaction.error);
    transaction.oncomplete = () => resolve(asked.result as Result);
    transaction.onabort = lost;
    base.addEventListener("close", lost); // by Chromium on a full disk, which then tells the transaction nothing
  });
}

function openBase(name: string, make: (base: IDBDatabase) => void): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(name, 1);
    opening.onupgradeneeded = () => make(opening.result);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      opening.result.onversionchange = () => opening.result.close();
      resolve(opening.result);
    };
  });
}
