// Colyseus as its documentation has it: the room's state is a schema, which the framework keeps
// the same at every client. Changes go out as patches, 20 times a second at most (its default).

import { Room, Server } from "@colyseus/core";
import { Encoder, schema } from "@colyseus/schema";
import { WebSocketTransport } from "@colyseus/ws-transport";

const Member = schema({ name: "string", role: "string", v: "string" });
const State = schema({ members: { map: Member } });

// As the documentation advises for large states; the default would grow in steps, with warnings.
Encoder.BUFFER_SIZE = 4 * 1024 * 1024;

class Participants extends Room {
  onCreate() {
    this.maxClients = Infinity;
    // When a thousand come at once, a seat of 15 seconds (the default) runs out for some.
    this.seatReservationTimeout = 120;
    this.state = new State();
    this.onMessage("role", (_, { id, role, v }) => {
      const member = this.state.members.get(id);
      member.role = role;
      member.v = v;
    });
  }

  onJoin(client, { id, name }) {
    client.userData = id;
    const member = new Member();
    member.name = name;
    member.role = "viewer";
    this.state.members.set(id, member);
  }

  onLeave(client) {
    this.state.members.delete(client.userData);
  }
}

const server = new Server({ transport: new WebSocketTransport(), greet: false });
server.define("participants", Participants);
await server.listen(Number(process.env.PORT), "127.0.0.1", 4096);
