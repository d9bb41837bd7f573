import { connect, constants } from "node:http2";
import { createConnection } from "node:net";

/** A server answered a call with an error. */
export class CallFailed extends Error {
  override readonly name = "CallFailed";
}

/**
 * Makes one call of gRPC, of one message each way, over a socket of the file system.
 *
 * The protocol is HTTP/2: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
 *
 * @param method Its path, `/PACKAGE.SERVICE/METHOD`.
 * @throws CallFailed with the server's words
 */
export function call(socket: string, method: string, request: Buffer): Promise<Buffer> {
  const session = connect("http://localhost", { createConnection: () => createConnection(socket) });
  const answer = new Promise<Buffer>((resolve, reject) => {
    session.on("error", reject);
    const stream = session.request({
      [constants.HTTP2_HEADER_METHOD]: "POST",
      [constants.HTTP2_HEADER_PATH]: method,
      [constants.HTTP2_HEADER_CONTENT_TYPE]: "application/grpc",
      [constants.HTTP2_HEADER_TE]: "trailers",
    });
    // In the trailers; in the headers when there is no answer but the status.
    let status: Readonly<Record<string, unknown>> = {};
    const parts: Buffer[] = [];
    stream.on("response", (headers) => {
      status = headers;
    });
    stream.on("trailers", (trailers) => {
      status = trailers;
    });
    stream.on("data", (part: Buffer) => parts.push(part));
    stream.on("error", reject);
    stream.on("end", () => {
      if (Number(status["grpc-status"]) === 0) return resolve(Buffer.concat(parts).subarray(prefixLength));
      reject(new CallFailed(`${method}: ${decodeURIComponent(String(status["grpc-message"]))}`));
    });
    stream.end(Buffer.concat([prefixOf(request), request]));
  });
  return answer.finally(() => session.close());
}

/** Before a message stand a byte that says that it is not compressed, and its length. */
const prefixLength = 5;

function prefixOf(message: Buffer): Buffer {
  const prefix = Buffer.alloc(prefixLength);
  prefix.writeUInt32BE(message.length, 1);
  return prefix;
}
