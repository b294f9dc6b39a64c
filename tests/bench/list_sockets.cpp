// SPDX-License-Identifier: Apache-2.0
// What a socket listing costs in the namespace it is started in: the median time of the dumps that a scan makes.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "probes/host/netlink.h"
#include "probes/host/sock_diag.h"

namespace {

using namespace preflight;

constexpr int kRounds = 21;

struct Measured {
  std::string name;
  SocketQuery query;
};

bool measure(netlink::Socket& socket, const Measured& what) {
  std::vector<double> milliseconds;
  std::size_t found = 0;
  for (int round = 0; round < kRounds; ++round) {
    const auto begin = std::chrono::steady_clock::now();
    const auto sockets = list_sockets(socket, what.query);
    const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - begin;
    if (!sockets) {
      std::fprintf(stderr, "%s: %s\n", what.name.c_str(), describe(sockets.error()).c_str());
      return false;
    }
    found = sockets->size();
    milliseconds.push_back(taken.count());
  }
  std::sort(milliseconds.begin(), milliseconds.end());
  std::printf("%-44s %8zu sockets %10.3f ms (best %.3f)\n", what.name.c_str(), found, milliseconds[kRounds / 2],
              milliseconds.front());
  return true;
}

}  // namespace

int main() {
  auto socket = netlink::Socket::open(NETLINK_SOCK_DIAG, "sock_diag");
  if (!socket) {
    std::fprintf(stderr, "%s\n", describe(socket.error()).c_str());
    return 1;
  }
  constexpr auto kListen = states({SocketState::listen});
  const std::vector<Measured> all{
      {"listeners", {Protocol::tcp, kListen, {}, {}, false}},
      {"listeners with drops", {Protocol::tcp, kListen, {}, {}, true}},
      {"listeners on 3 ports", {Protocol::tcp, kListen, {80, 443, 8080}, {}, false}},
      {"connections from local port 443", {Protocol::tcp, kConnectedStates, {443}, {}, false}},
      {"connections from 3 local ports", {Protocol::tcp, kConnectedStates, {80, 443, 9000}, {}, false}},
      {"connections to port 8080", {Protocol::tcp, kConnectedStates, {}, {8080}, false}},
      {"every connection", {Protocol::tcp, kConnectedStates, {}, {}, false}},
      {"udp sockets", {Protocol::udp, states({SocketState::close}), {}, {}, false}},
  };
  const bool measured = std::all_of(all.begin(), all.end(), [&](const Measured& one) { return measure(*socket, one); });
  return measured ? 0 : 1;
}
