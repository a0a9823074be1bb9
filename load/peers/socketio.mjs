// Socket.IO as its documentation has it, on WebSockets alone and without compression.
//
// What a member's client must do: hold the whole list, and apply every change to it. It receives
// every change of everybody, whatever it looks at.

import { createServer } from "node:http";
import { Server } from "socket.io";

const http = createServer();
const io = new Server(http, { transports: ["websocket"], perMessageDeflate: false });

io.on("connection", (socket) => {
  socket.join("room");
  socket.on("role", (change) => io.to("room").emit("role", change));
});

http.listen(Number(process.env.PORT), "127.0.0.1", 4096, () => console.log("listening"));
