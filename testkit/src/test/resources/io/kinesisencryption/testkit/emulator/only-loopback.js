// SPDX-License-Identifier: Apache-2.0
// Loaded before an emulator that would listen on every interface: makes it listen on loopback, whatever it asks for.
'use strict';

const net = require('net');

const listen = net.Server.prototype.listen;

net.Server.prototype.listen = function listenOnLoopback(...args) {
  const callback = args.find((arg) => typeof arg === 'function');
  const options = typeof args[0] === 'object' && args[0] !== null ? args[0] : { port: Number(args[0]) };
  return listen.call(this, { ...options, host: '127.0.0.1' }, callback);
};
