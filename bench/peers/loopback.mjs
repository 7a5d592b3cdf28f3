// Portkey's gateway listens on all addresses and has no option for that: this keeps it on loopback.
import net from "node:net";

const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (first, ...rest) {
  const callback = rest.find((argument) => typeof argument === "function");
  const port = typeof first === "object" ? first.port : first;
  return listen.call(this, { port, host: "127.0.0.1" }, callback);
};
