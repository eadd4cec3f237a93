/** HTTP byte by byte. */
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';

/** Sends bytes as they are and resolves to all that comes back before the connection ends; '' when it is cut without a word. */
export async function sendRaw(port: number, bytes: string | Buffer, then: (socket: Socket) => void = () => {}): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(bytes);
  then(socket);
  return text(socket).catch(() => '');
}
