// SPDX-License-Identifier: Apache-2.0
// semodule -p writes below a directory; -n leaves the kernel alone.
#include "tests/support/selinux_root.h"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "probes/base/text.h"

namespace preflight::test {
namespace {

constexpr const char* kSemodule = "/usr/sbin/semodule";

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Lines that say something: libsemanage leaves a heading where it removed the last one.
std::string entries_of(const std::string& path) {
  std::string entries;
  for_each_line(content_of(path), [&](std::string_view line) {
    if (!trim(line).empty() && line.front() != '#') entries += std::string(line) + "\n";
  });
  return entries;
}

}  // namespace

std::string selinux_root_missing() {
  if (::geteuid() != 0) return "a SELinux store is root's";
  return ::access(kSemodule, X_OK) == 0 ? "" : std::string(kSemodule) + " is not installed";
}

SelinuxRoot::SelinuxRoot() {
  std::filesystem::create_directories(store());
  std::filesystem::create_directories(policies());
  host_.file("etc/selinux/semanage.conf", "module-store = direct\nexpand-check=0\n");
  host_.file("etc/selinux/config", "SELINUX=enforcing\nSELINUXTYPE=balancer\n");
  const std::string policy = PREFLIGHT_SOURCE_DIR "/tests/support/balancer.cil";
  const auto command = std::string(kSemodule) + " -p " + root() + " -s " + kStore + " -n -i " + policy;
  if (std::system(command.c_str()) != 0) throw std::runtime_error("semodule could not make a store");
}

void SelinuxRoot::run(const std::map<std::string, bool>& booleans) {
  host_.file("sys/fs/selinux/enforce", "1");
  host_.file("sys/fs/selinux/commit_pending_bools", "");
  for (const auto& [name, on] : booleans) host_.file("sys/fs/selinux/booleans/" + name, on ? "1 1" : "0 0");
}

std::string SelinuxRoot::everything() const {
  std::string text;
  for (const auto* list : {"booleans.local", "ports.local"}) text += entries_of(store() + "/active/" + list);
  for (const auto* file : {"policy.kern", "file_contexts"}) text += content_of(store() + "/active/" + file);
  text += content_of(policies() + "/contexts/files/file_contexts") + content_of(policies() + "/seusers");
  for (const auto& file : std::filesystem::directory_iterator(policies() + "/policy"))
    text += file.path().filename().string() + ":" + content_of(file.path().string());
  return text;
}

}  // namespace preflight::test
