// Socket.IO as its documentation has it, on WebSockets alone and without compression.
//
// With REDIS it is one of several processes behind its Redis adapter, and the list is in Redis;
// without, the list is in this process.

import { createServer } from "node:http";
import { createAdapter } from "@socket.io/redis-adapter";
import { createClient } from "redis";
import { Server } from "socket.io";

const redis = process.env.REDIS ? createClient({ url: process.env.REDIS }) : null;
const http = createServer();
const io = new Server(http, { transports: ["websocket"], perMessageDeflate: false });

if (redis) {
  const heard = redis.duplicate();
  await Promise.all([redis.connect(), heard.connect()]);
  io.adapter(createAdapter(redis, heard));
}

const local = new Map();

const list = {
  put: (member) =>
    redis ? redis.hSet("room", member.id, JSON.stringify(member)) : local.set(member.id, member),
  drop: (id) => (redis ? redis.hDel("room", id) : local.delete(id)),
  async all() {
    return redis ? (await redis.hVals("room")).map((one) => JSON.parse(one)) : [...local.values()];
  },
};

io.on("connection", async (socket) => {
  const { id, name } = socket.handshake.query;
  const member = { id, name, role: "viewer" };
  socket.on("role", async (change) => {
    await list.put({ ...change.member, role: change.role });
    io.to("room").emit("role", { id: change.member.id, role: change.role, v: change.v });
  });
  socket.on("disconnect", async () => {
    await list.drop(id);
    io.to("room").emit("left", { id });
  });
  await list.put(member);
  io.to("room").emit("joined", member);
  socket.join("room");
  socket.emit("list", await list.all());
});

http.listen(Number(process.env.PORT), "127.0.0.1", 4096);
