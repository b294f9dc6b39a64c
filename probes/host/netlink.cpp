// SPDX-License-Identifier: Apache-2.0
// Asking the kernel over netlink(7) and taking its answer apart without ever reading past what arrived.
#include "probes/host/netlink.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace preflight::netlink {
namespace {

/// The kernel fills up to 32 KiB a message buffer when the reader offers as much.
constexpr std::size_t kReceiveSize = 64UL * 1024;

tl::unexpected<Error> malformed(std::string what) { return fail(std::errc::bad_message, "netlink", std::move(what)); }

tl::unexpected<Error> lying_length(const char* what, std::size_t claimed, std::size_t arrived) {
  return malformed(std::string(what) + " says it has " + std::to_string(claimed) + " bytes where " +
                   std::to_string(arrived) + " arrived");
}

std::size_t aligned(std::size_t size) { return (size + NLMSG_ALIGNTO - 1) & ~std::size_t{NLMSG_ALIGNTO - 1}; }

/// The last element may come without its padding.
Bytes drop(Bytes bytes, std::size_t size) { return bytes.subspan(std::min(aligned(size), bytes.size())); }

/// What NLMSG_ERROR and NLMSG_DONE begin with: 0 or a negative errno.
int verdict(Bytes payload) { return front<int>(payload).value_or(0); }

}  // namespace

Result<std::optional<Message>> next_message(Bytes& buffer) {
  if (buffer.empty()) return std::nullopt;
  const auto header = front<nlmsghdr>(buffer);
  if (!header) return malformed("a message ends inside its header");
  if (header->nlmsg_len < sizeof(nlmsghdr) || header->nlmsg_len > buffer.size())
    return lying_length("a message", header->nlmsg_len, buffer.size());
  Message message{*header, buffer.first(header->nlmsg_len).subspan(sizeof(nlmsghdr))};
  buffer = drop(buffer, header->nlmsg_len);
  return message;
}

Result<std::optional<Attribute>> next_attribute(Bytes& attributes) {
  if (attributes.empty()) return std::nullopt;
  const auto header = front<nlattr>(attributes);
  if (!header) return malformed("an attribute ends inside its header");
  if (header->nla_len < sizeof(nlattr) || header->nla_len > attributes.size())
    return lying_length("an attribute", header->nla_len, attributes.size());
  Attribute attribute{static_cast<std::uint16_t>(header->nla_type & NLA_TYPE_MASK),
                      attributes.first(header->nla_len).subspan(sizeof(nlattr))};
  attributes = drop(attributes, header->nla_len);
  return attribute;
}

Bytes after(Bytes payload, std::size_t size) { return drop(payload, size); }

void Request::append(const void* from, std::size_t size) {
  const auto* bytes = static_cast<const std::byte*>(from);
  bytes_.insert(bytes_.end(), bytes, bytes + size);
  bytes_.resize(aligned(bytes_.size()));
}

void Request::add(std::uint16_t type, Bytes value) {
  nlattr header{};
  header.nla_len = static_cast<std::uint16_t>(sizeof header + value.size());
  header.nla_type = type;
  append(&header, sizeof header);
  append(value.data(), value.size());
}

std::vector<std::byte> Request::numbered(std::uint32_t sequence) const {
  auto bytes = bytes_;
  auto header = front<nlmsghdr>(bytes).value();
  header.nlmsg_len = static_cast<std::uint32_t>(bytes.size());
  header.nlmsg_seq = sequence;
  std::memcpy(bytes.data(), &header, sizeof header);
  return bytes;
}

Result<Socket> Socket::open(int protocol, std::string name) {
  Descriptor socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol));
  if (!socket.valid()) return fail_errno(errno, std::move(name));
  return Socket(std::move(socket), std::move(name));
}

Result<Bytes> Socket::receive(std::span<std::byte> buffer) const {
  for (;;) {
    sockaddr_nl sender{};
    iovec piece{buffer.data(), buffer.size()};
    msghdr header{};
    header.msg_name = &sender;
    header.msg_namelen = sizeof sender;
    header.msg_iov = &piece;
    header.msg_iovlen = 1;
    const auto count = ::recvmsg(socket_.number(), &header, 0);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail_errno(errno, name_);
    if (sender.nl_pid != 0) continue;  // any process may write to us; only the kernel is believed
    if ((header.msg_flags & MSG_TRUNC) != 0) return malformed("the kernel's answer did not fit");
    if (count == 0) return malformed("the kernel's answer is empty");
    return Bytes(buffer).first(static_cast<std::size_t>(count));
  }
}

Result<Socket::Progress> Socket::take(const Message& message, const OnMessage& on_message) {
  if (message.header.nlmsg_seq != sequence_) return Progress::more;
  if ((message.header.nlmsg_flags & NLM_F_DUMP_INTR) != 0) interrupted_ = true;
  const auto type = message.header.nlmsg_type;
  if (type == NLMSG_NOOP) return Progress::more;
  if (type == NLMSG_ERROR || type == NLMSG_DONE) {
    const int number = -verdict(message.payload);
    if (number != 0) return fail_errno(number, name_);
    return Progress::done;
  }
  if (const auto taken = on_message(message); !taken) return tl::make_unexpected(taken.error());
  return (message.header.nlmsg_flags & NLM_F_MULTI) != 0 ? Progress::more : Progress::done;
}

Result<Socket::Progress> Socket::take_all(Bytes received, const OnMessage& on_message) {
  for (;;) {
    const auto message = next_message(received);
    if (!message) return tl::make_unexpected(message.error());
    if (!*message) return Progress::more;
    auto progress = take(**message, on_message);
    if (!progress || *progress == Progress::done) return progress;
  }
}

Result<void> Socket::ask(const Request& request, const OnMessage& on_message) {
  interrupted_ = false;
  const auto bytes = request.numbered(++sequence_);
  if (::send(socket_.number(), bytes.data(), bytes.size(), 0) < 0) return fail_errno(errno, name_);
  std::array<std::byte, kReceiveSize> buffer;
  for (;;) {
    const auto received = receive(buffer);
    if (!received) return tl::make_unexpected(received.error());
    const auto progress = take_all(*received, on_message);
    if (!progress) return tl::make_unexpected(progress.error());
    if (*progress == Progress::done) break;
  }
  if (interrupted_) return fail(std::errc::interrupted, name_, "the table changed while it was listed");
  return {};
}

}  // namespace preflight::netlink
