// SPDX-License-Identifier: Apache-2.0
// A conversation with libsemanage about one policy's store.
#pragma once

#include <memory>
#include <string>

#include "probes/base/result.h"
#include "remediations/host/libsemanage.h"
#include "remediations/selinux_edit.h"

namespace preflight::selinux {

/// What it is told goes into the next commit; what is not committed is undone at its end. It may fork, wait for other
/// users of the store without end, and end the process: run it in a child.
class Session {
 public:
  /// The store below `root`, which is "" on the host itself; the kernel is given a new policy only where `reload`.
  [[nodiscard]] static Result<std::unique_ptr<Session>> open(const std::string& root, const std::string& store,
                                                             bool reload);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  /// Takes the store's lock and copies the store.
  Result<void> begin();
  /// The boolean's and the port's `to`. Whatever was there, the commit takes it for a change.
  Result<void> put(const SelinuxBoolean& boolean);
  Result<void> put(const SelinuxPort& port);
  /// Changes the store, what boot loads, and the kernel. After an error the store is as it was, or there is none; what
  /// boot loads may be the new policy all the same, where the kernel did not take it.
  Result<void> commit();
  /// Gives the kernel what boot loads.
  Result<void> reload();

 private:
  Session(const Library& library, std::string store) : library_(library), store_(std::move(store)) {}
  /// libsemanage's own words, the first ones first: what follows them follows from them.
  static void take_message(void* session, semanage_handle_t* handle, const char* format, ...)
      __attribute__((format(printf, 3, 4)));
  [[nodiscard]] tl::unexpected<Error> failed(const std::string& object) const;
  Result<void> set_label(semanage_port_t* port, const std::string& context, const std::string& name);
  Result<void> connect();

  const Library& library_;
  std::string store_;
  std::string said_;
  semanage_handle_t* handle_ = nullptr;
  bool connected_ = false;
};

}  // namespace preflight::selinux
