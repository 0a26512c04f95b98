/** Reading a QR code with the camera, where the browser can. Pictures stay in this page. */

const EVERY = 200; // milliseconds

export type CameraTrouble =
  /** the person, or a policy, does not let this page use the camera */
  | "refused"
  /** there is no camera */
  | "none"
  /** another program holds it, or it failed */
  | "busy"
  /** this browser reads no QR codes */
  | "unsupported";

export class CameraError extends Error {
  override readonly name = "CameraError";

  constructor(readonly why: CameraTrouble) {
    super(why);
  }
}

export interface Scanning {
  /** The first code that is seen. Raises CameraError; never settles once it is stopped. */
  readonly found: Promise<string>;
  stop(): void;
}

interface Detector {
  detect(source: HTMLVideoElement): Promise<readonly { readonly rawValue: string }[]>;
}

type DetectorClass = new (options: { formats: readonly string[] }) => Detector;

/** Shows the camera's picture in `video` until a code is read or it is stopped. */
export function scan(video: HTMLVideoElement): Scanning {
  let stream: MediaStream | undefined;
  let stopped = false;
  const stop = (): void => {
    stopped = true;
    for (const track of stream?.getTracks() ?? []) track.stop();
    video.srcObject = null;
    video.hidden = true;
  };
  const run = async (): Promise<string> => {
    const detector = makeDetector();
    stream = await openCamera();
    if (isStopped()) {
      stop();
      return new Promise(() => undefined);
    }
    video.srcObject = stream;
    video.hidden = false;
    await video.play().catch(() => undefined);
    while (!isStopped()) {
      const codes = await detector.detect(video).catch(() => []);
      const [first] = codes;
      if (first !== undefined && !isStopped()) return first.rawValue;
      await new Promise((resolve) => setTimeout(resolve, EVERY));
    }
    return new Promise(() => undefined);
  };
  const isStopped = (): boolean => stopped;
  return { found: run(), stop };
}

function makeDetector(): Detector {
  const known = (window as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
  if (known === undefined) throw new CameraError("unsupported");
  try {
    return new known({ formats: ["qr_code"] });
  } catch {
    throw new CameraError("unsupported");
  }
}

async function openCamera(): Promise<MediaStream> {
  // Older browsers, and pages without TLS, have no media devices at all.
  const devices = (navigator as { mediaDevices?: MediaDevices }).mediaDevices;
  if (devices === undefined) throw new CameraError("none");
  try {
    return await devices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
  } catch (error) {
    const name = error instanceof DOMException ? error.name : "";
    if (name === "NotAllowedError" || name === "SecurityError") throw new CameraError("refused");
    if (name === "NotFoundError" || name === "OverconstrainedError") throw new CameraError("none");
    throw new CameraError("busy");
  }
}
