// SPDX-License-Identifier: Apache-2.0
// One connection to the running systemd by sd-bus, over the system bus or root's private socket.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "probes/base/result.h"
#include "probes/host/libsystemd.h"

namespace preflight::systemd {

/// A socket to speak D-Bus on: a bus (where one says Hello and names the peer), or the peer itself.
struct Endpoint {
  std::string address;
  bool bus = true;
};

inline constexpr const char* kService = "org.freedesktop.systemd1";
inline constexpr const char* kManagerPath = "/org/freedesktop/systemd1";
inline constexpr const char* kManager = "org.freedesktop.systemd1.Manager";

struct Close {
  const Library* library;
  void operator()(sd_bus* bus) const { library->sd_bus_close_unref(bus); }
  void operator()(sd_bus_message* message) const { library->sd_bus_message_unref(message); }
};
using Bus = std::unique_ptr<sd_bus, Close>;
using Message = std::unique_ptr<sd_bus_message, Close>;

class BusConnection {
 public:
  /// Each answer has to come within `timeout`. `about` is the object of an error.
  [[nodiscard]] static Result<BusConnection> open(const Endpoint& endpoint, std::chrono::milliseconds timeout,
                                                  std::string about);
  /// To the systemd that manages this host. ENXIO where there is none: libsystemd is not even loaded then.
  [[nodiscard]] static Result<BusConnection> open_system(std::chrono::milliseconds timeout, std::string about);

  /// Calls a method of systemd; `types` are those of the arguments, in the letters of D-Bus.
  template <typename... Arguments>
  Result<Message> call(const char* path, const char* interface, const char* member, const char* types,
                       Arguments... arguments) {
    sd_bus_error error = SD_BUS_ERROR_NULL;
    sd_bus_message* reply = nullptr;
    const int r = library_->sd_bus_call_method(bus_.get(), kService, path, interface, member, &error, &reply, types,
                                               arguments...);
    if (r >= 0) return Message(reply, Close{library_});
    return refused(r, error);
  }

  [[nodiscard]] const Library& library() const { return *library_; }
  [[nodiscard]] tl::unexpected<Error> failed(int result) const { return fail_errno(-result, about_); }

 private:
  BusConnection(const Library* library, std::string about) : library_(library), about_(std::move(about)) {}
  Result<void> start(const Endpoint& endpoint, std::chrono::milliseconds timeout);
  Result<void> await_ready(std::chrono::milliseconds timeout);
  [[nodiscard]] tl::unexpected<Error> refused(int result, sd_bus_error& error) const;

  const Library* library_;
  std::string about_;
  Bus bus_{nullptr, Close{nullptr}};
};

}  // namespace preflight::systemd
