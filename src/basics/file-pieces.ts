import { createReadStream } from 'node:fs';

const pieceBytes = 2 ** 20;

/** A file's content, a piece of up to 1 MiB after another; it is opened when the first is asked for. @throws what the file system throws */
export async function* filePieces(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  yield* createReadStream(path, { highWaterMark: pieceBytes }) as AsyncIterable<Buffer>;
}
