// SPDX-License-Identifier: Apache-2.0
// netlink(7) framing: the kernel answers in messages made of attributes, each with a length that is believed only after
// it was compared with what really arrived.
#pragma once

#include <linux/netlink.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "probes/base/result.h"
#include "probes/host/descriptor.h"

namespace preflight::netlink {

using Bytes = std::span<const std::byte>;

/// One message, still inside the buffer it was received in.
struct Message {
  nlmsghdr header{};
  Bytes payload;
};

struct Attribute {
  std::uint16_t type = 0;
  Bytes value;
};

/// The kernel's structure at the front of `bytes`; nullopt when they are too few.
template <typename T>
[[nodiscard]] std::optional<T> front(Bytes bytes) {
  static_assert(std::is_trivially_copyable_v<T>);
  if (bytes.size() < sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, bytes.data(), sizeof(T));
  return value;
}

/// Takes the first message off `buffer`; nullopt at its end, bad_message when a length lies.
[[nodiscard]] Result<std::optional<Message>> next_message(Bytes& buffer);
/// The same for the attributes that follow a message's fixed part.
[[nodiscard]] Result<std::optional<Attribute>> next_attribute(Bytes& attributes);
/// What follows a fixed part of `size` bytes, aligned; empty when nothing does.
[[nodiscard]] Bytes after(Bytes payload, std::size_t size);

/// A request under construction: header, fixed part, attributes. The socket fills in sequence number and length.
class Request {
 public:
  template <typename T>
  Request(std::uint16_t type, std::uint16_t flags, const T& fixed) {
    static_assert(std::is_trivially_copyable_v<T>);
    nlmsghdr header{};
    header.nlmsg_type = type;
    header.nlmsg_flags = flags;
    append(&header, sizeof header);
    append(&fixed, sizeof fixed);
  }
  /// `value` is at most 65,531 bytes long.
  void add(std::uint16_t type, Bytes value);
  [[nodiscard]] std::vector<std::byte> numbered(std::uint32_t sequence) const;

 private:
  void append(const void* from, std::size_t size);
  std::vector<std::byte> bytes_;
};

/// One socket of the network namespace it was opened in. After an error it may hold the rest of an answer: throw it
/// away.
class Socket {
 public:
  using OnMessage = std::function<Result<void>(const Message&)>;

  /// NETLINK_SOCK_DIAG, NETLINK_ROUTE; `name` is what errors are about.
  [[nodiscard]] static Result<Socket> open(int protocol, std::string name);

  /// Sends a request and hands over its answer message by message, to the end. The kernel's refusal is an error with
  /// its errno; a dump during which the table changed is `interrupted`, complete and usable for asking again.
  [[nodiscard]] Result<void> ask(const Request& request, const OnMessage& on_message);

 private:
  Socket(Descriptor socket, std::string name) : socket_(std::move(socket)), name_(std::move(name)) {}

  enum class Progress : std::uint8_t { more, done };
  [[nodiscard]] Result<Bytes> receive(std::span<std::byte> buffer) const;
  [[nodiscard]] Result<Progress> take(const Message& message, const OnMessage& on_message);
  [[nodiscard]] Result<Progress> take_all(Bytes received, const OnMessage& on_message);

  Descriptor socket_;
  std::string name_;
  std::uint32_t sequence_ = 0;
  bool interrupted_ = false;
};

}  // namespace preflight::netlink
