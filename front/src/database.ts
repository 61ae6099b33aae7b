/** One request to an open database, done when it lies on the disk: unasked, a browser no longer waits for that. */
export function inStore<Result>(
  base: IDBDatabase, name: string, mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest,
): Promise<Result> {
  const transaction = base.transaction(name, mode, { durability: "strict" });
  const asked = ask(transaction.objectStore(name));
  // The page may be gone before it would be committed by itself. What writes only after it has read is not yet at its end.
  if (mode === "readwrite" && !asked.onsuccess) transaction.commit();
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(asked.result as Result);
    transaction.onabort = () => reject(transaction.error ?? asked.error);
  });
}

export function openBase(name: string, make: (base: IDBDatabase) => void): Promise<IDBDatabase> {
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
