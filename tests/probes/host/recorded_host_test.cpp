// SPDX-License-Identifier: Apache-2.0
// A record, written, read and replayed, answers as the host did; a damaged one is refused and never crashes the reader.
#include "probes/host/recorded_host.h"

#include <random>

#include <gtest/gtest.h>

#include "probes/host/recording_host.h"
#include "probes/host/tree_host.h"
#include "tests/support/scratch.h"

namespace preflight {
namespace {

using namespace std::chrono_literals;

class Said final : public PendingCommand {
 public:
  Result<CommandOutput> finish() override { return CommandOutput{.status = 1, .signal = 0, .out = "\xff[ALERT]"}; }
};

/// A tree with live answers, some of which change from call to call.
class Lively final : public ForwardingHost {
 public:
  using ForwardingHost::ForwardingHost;
  using HostView::read;
  [[nodiscard]] Result<std::string> read_in(Netns, const std::string& path) const override {
    return path + " " + std::to_string(++reads_ / 2);  // 0 1 1 2: an answer repeated in the middle
  }
  [[nodiscard]] Result<std::vector<SocketEntry>> sockets(Netns, const SocketQuery&) const override {
    SocketEntry listener;
    listener.state = SocketState::listen;
    listener.local_port = 443;
    listener.inode = UINT64_MAX;
    listener.local = parse_ip("2001:db8::1").value();
    listener.drops = 7;
    return std::vector{listener, SocketEntry{}};
  }
  [[nodiscard]] Result<bool> is_local(Netns, const IpAddress& address) const override { return address.is_loopback(); }
  [[nodiscard]] SocketOwners owners(const std::vector<std::uint64_t>& inodes, const std::vector<pid_t>&,
                                    std::chrono::milliseconds) const override {
    return {{{inodes.front(), 812, "nginx", "nginx.service"}}, false, "time ran out"};
  }
  [[nodiscard]] Result<UnitProperties> unit(const std::string& name) const override {
    UnitProperties unit;
    unit.name = name;
    unit.limit_nofile = kUnlimited;
    unit.ambient_capabilities = 1024;
    unit.memory_max = kUnlimited;
    unit.slice = "edge.slice";
    unit.made_directories = {"/run/lb"};
    unit.exec_start_pre = {"/bin/mkdir"};
    unit.umask = 0077;
    unit.group = "haproxy";
    unit.supplementary_groups = {"ssl-cert"};
    unit.bind_paths = {{"/dev/log", "/var/lib/haproxy/dev/log", true}};
    unit.environment = {"CONFIG=/etc/haproxy/haproxy.cfg"};
    unit.environment_files = {{"/etc/default/haproxy", true}};
    unit.exec_start = {"/usr/sbin/haproxy", "-Ws"};
    return unit;
  }
  [[nodiscard]] Result<std::unique_ptr<PendingCommand>> start(const Command& command) const override {
    if (command.arguments.empty()) return fail_errno(ENOENT, command.path);
    return std::make_unique<Said>();
  }

 private:
  mutable int reads_ = -1;
};

/// Every kind of question, the answers as one text that can be compared.
std::string ask(const HostView& host) {
  std::string said;
  const auto tell = [&said](const auto& result) {
    if (result) return static_cast<void>(said += "ok ");
    said += std::to_string(static_cast<int>(result.error().code)) + " " + describe(result.error()) + "\n";
  };
  const auto text = [&](const Result<std::string>& result) {
    tell(result);
    said += result.value_or("") + "\n";
  };
  for (const auto* const path : {"/etc/haproxy/haproxy.cfg", "/missing", "/etc", "/link", "/bytes"}) {
    text(host.read(path));
    text(host.link(path));
    tell(host.list(path));
    const auto names = host.list(path).value_or(std::vector<std::string>{});
    for (const auto& name : names) said += name + ",";
    tell(host.status(path));
    said += std::to_string(host.status(path).value_or(FileStatus{}).size);
  }
  text(host.read("/etc/haproxy/haproxy.cfg", 3));
  for (int i = 0; i < 5; ++i) text(host.read_in(Netns{7}, "/proc/net/netstat"));
  const auto sockets =
      host.sockets({}, {.states = states({SocketState::listen}), .local_ports = {443}, .remote_ports = {}});
  tell(sockets);
  if (sockets) said += std::to_string(sockets->size()) + endpoint(sockets->front().local, sockets->front().local_port);
  tell(host.is_local({}, parse_ip("127.0.0.1").value()));
  const auto owners = host.owners({9, 3}, {}, 1s);
  for (const auto& owner : owners.owners) said += owner.command + owner.unit + std::to_string(owner.pid);
  said += owners.why_incomplete;
  const auto unit = host.unit("haproxy.service");
  tell(unit);
  if (unit) {
    said += unit->environment.front() + std::to_string(unit->limit_nofile + unit->ambient_capabilities + unit->umask);
    said += unit->group + unit->supplementary_groups.front() + unit->bind_paths.front().destination;
    said += std::to_string(unit->memory_max.value_or(1)) + std::to_string(unit->cpu_quota.value_or(1)) + unit->slice;
    said += unit->made_directories.front() + unit->exec_start_pre.front();
  }
  tell(host.start({.path = "/missing", .arguments = {}}));
  const auto command = host.start({.path = "/usr/sbin/haproxy", .arguments = {"-c"}});
  tell(command);
  if (command) said += (*command)->finish().value().out;
  return said + std::to_string(host.now());
}

struct Recorded {
  Recorded() {
    scratch.file("etc/haproxy/haproxy.cfg", "global\n  maxconn 1000\n");
    scratch.file("bytes", std::string("\0\xff\x80", 3));
    std::filesystem::create_symlink("/etc", scratch.path() / "link");
    const auto tree = open_tree(scratch.path().string());
    const Lively lively(**tree);
    const RecordingHost recording(lively, "0.1.0");
    answers = ask(recording);
    bundle = recording.bundle();
  }
  test::Scratch scratch;
  std::string answers;
  Bundle bundle;
};

TEST(RecordedHost, AnswersAsTheHostDid) {
  const Recorded recorded;
  const auto text = to_json(recorded.bundle);
  const auto parsed = parse_bundle(text, "bundle.json");
  ASSERT_TRUE(parsed) << describe(parsed.error());
  EXPECT_EQ(ask(RecordedHost(*parsed)), recorded.answers);
  EXPECT_EQ(to_json(*parsed), text);
}

TEST(RecordedHost, GivesTheLastAnswerForEver) {
  const Recorded recorded;
  const RecordedHost host(recorded.bundle);
  std::string last;
  for (int i = 0; i < 9; ++i) last = host.read_in(Netns{7}, "/proc/net/netstat").value();
  EXPECT_EQ(last, "/proc/net/netstat 2");
}

TEST(RecordedHost, SaysWhatWasNotAsked) {
  const RecordedHost host(Bundle{});
  const auto missing = [](const Error& error) {
    return error.code == std::errc::no_message_available && error.reason == "not in the bundle";
  };
  EXPECT_TRUE(missing(host.read("/etc/hosts").error()));
  EXPECT_TRUE(missing(host.read_in({}, "/etc/hosts").error()));
  EXPECT_TRUE(missing(host.list("/").error()));
  EXPECT_TRUE(missing(host.status("/").error()));
  EXPECT_TRUE(missing(host.link("/").error()));
  EXPECT_TRUE(missing(host.sockets({}, {}).error()));
  EXPECT_TRUE(missing(host.is_local({}, {}).error()));
  EXPECT_TRUE(missing(host.unit("x").error()));
  EXPECT_TRUE(missing(host.start({.path = "/x", .arguments = {}}).error()));
  EXPECT_FALSE(host.owners({1}, {}, 1s).complete);
}

TEST(Bundle, EveryTruncationIsRefused) {
  const auto text = to_json(Recorded().bundle);
  const auto end = text.find_last_of('}');
  for (std::size_t length = 0; length <= end; ++length) {
    ASSERT_FALSE(parse_bundle(std::string_view(text).substr(0, length), "x")) << length;
  }
}

TEST(Bundle, FlippedBytesNeverCrash) {
  const auto text = to_json(Recorded().bundle);
  std::mt19937 random(7);
  int accepted = 0;
  for (int i = 0; i < 4000; ++i) {
    auto damaged = text;
    damaged[random() % damaged.size()] = static_cast<char>(random() % 256);
    const auto parsed = parse_bundle(damaged, "x");
    if (!parsed) continue;
    ++accepted;  // a changed letter of a text is still a bundle
    const auto again = to_json(*parsed);
    ASSERT_EQ(to_json(parse_bundle(again, "x").value()), again);
  }
  EXPECT_GT(accepted, 0);
  EXPECT_LT(accepted, 4000);
}

TEST(Bundle, ErrorsNameThePlace) {
  const auto text = to_json(Recorded().bundle);
  const auto changed = [&text](const std::string& from, const std::string& to) {
    auto copy = text;
    copy.replace(copy.find(from), from.size(), to);
    return parse_bundle(copy, "b.json").error().reason;
  };
  EXPECT_EQ(changed("bundle/1", "bundle/2"), "/schema is not lbpreflight.bundle/1");
  EXPECT_EQ(changed("\"limit_nofile\": 1", "\"limit_nofile\": -1"),
            "/units/0/answers/0/answer/limit_nofile is not a whole number of its range");
  EXPECT_EQ(changed("\"units\"", "\"united\""), "it has no \"units\"");
  EXPECT_EQ(changed("\"links\": [", "\"links\": [7,"), "/links/0 is not an object");
  EXPECT_NE(parse_bundle(std::string(100'000, '['), "x").error().reason.find("too deep"), std::string::npos);
  EXPECT_EQ(parse_bundle(std::string(kBundleLimit + 1, ' '), "x").error().code, std::errc::file_too_large);
  EXPECT_FALSE(parse_bundle("[]", "x"));
  EXPECT_FALSE(parse_bundle(R"({"schema":1e999})", "x"));
}

}  // namespace
}  // namespace preflight
