/** A photo made small enough for a bad line, its longer side at most 1,280 pixels; as it came where it cannot be drawn. */
const LONGEST = 1280;

export async function scaled(file: File): Promise<Blob> {
  try {
    const picture = await loaded(file);
    const by = Math.min(1, LONGEST / Math.max(picture.naturalWidth, picture.naturalHeight));
    if (by === 1 && file.type === "image/jpeg" && file.size < 600_000) return file;
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.naturalWidth * by));
    canvas.height = Math.max(1, Math.round(picture.naturalHeight * by));
    canvas.getContext("2d")!.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const small = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.82));
    return small && small.size > 0 ? small : file;
  } catch {
    return file;
  }
}

function loaded(file: File): Promise<HTMLImageElement> {
  return new Promise((resolve, reject) => {
    const picture = new Image();
    const address = URL.createObjectURL(file);
    picture.onload = () => {
      URL.revokeObjectURL(address);
      resolve(picture);
    };
    picture.onerror = () => {
      URL.revokeObjectURL(address);
      reject(new Error("no picture"));
    };
    picture.src = address;
  });
}
