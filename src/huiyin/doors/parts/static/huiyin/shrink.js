/* A photo made small enough for a bad line: at most 1600 pixels, JPEG, nothing in it but pixels. */

const MOST = 1600;
const QUALITY = 0.82;

/* Return {bytes, type}; what the phone cannot read is sent as it is. */
export async function shrink(file) {
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, MOST / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const small = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
    return { bytes: await small.arrayBuffer(), type: "image/jpeg" };
  } catch {
    return { bytes: await file.arrayBuffer(), type: file.type || "image/jpeg" };
  }
}
