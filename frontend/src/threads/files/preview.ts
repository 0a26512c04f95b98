/** A small picture of a picture, drawn anew in this browser: whatever the file says about itself stays out. */

import { type Bytes } from "../../crypto/bytes";
import { type Preview, PREVIEW_LIMIT } from "../../wire/body";
import { isPicture, pictureType } from "./kinds";

const SIDES = [640, 480, 320, 200, 120];
const QUALITIES = [0.8, 0.6, 0.4];
/** Above this a browser takes too long to decode it. */
const LIMIT = 50 * 1024 * 1024;

/** At most 24 KiB of WebP or JPEG; undefined for what is no picture that this browser can draw. */
export async function makePreview(file: Blob): Promise<Preview | undefined> {
  if (!isPicture(file.type) || file.size > LIMIT) return undefined;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    try {
      return await smallEnough(picture);
    } finally {
      picture.close();
    }
  } catch {
    // Damaged, or no picture at all: it is sent as any other file.
    return undefined;
  }
}

async function smallEnough(picture: ImageBitmap): Promise<Preview | undefined> {
  for (const side of SIDES) {
    const scale = Math.min(1, side / Math.max(picture.width, picture.height));
    const width = Math.max(1, Math.round(picture.width * scale));
    const height = Math.max(1, Math.round(picture.height * scale));
    for (const quality of QUALITIES) {
      const data = await draw(picture, width, height, quality);
      const type = data && pictureType(data);
      if (data === undefined || (type !== "image/webp" && type !== "image/jpeg")) continue;
      if (data.length <= PREVIEW_LIMIT) return { type, width, height, data };
    }
  }
  return undefined;
}

async function draw(
  picture: ImageBitmap,
  width: number,
  height: number,
  quality: number,
): Promise<Bytes | undefined> {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const pen = canvas.getContext("2d");
  if (pen === null) return undefined;
  pen.drawImage(picture, 0, 0, width, height);
  const encoded = (type: string): Promise<Blob | null> =>
    new Promise((resolve) => {
      canvas.toBlob(resolve, type, quality);
    });
  // A browser that can't write WebP gives PNG instead, which would not be small.
  const webp = await encoded("image/webp");
  const made = webp?.type === "image/webp" ? webp : await encoded("image/jpeg");
  return made === null ? undefined : new Uint8Array(await made.arrayBuffer());
}
