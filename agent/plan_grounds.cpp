// SPDX-License-Identifier: Apache-2.0
// Long texts by their digest, short ones as they are, so that a person sees what changed.
#include "agent/plan_grounds.h"

#include "agent/report/text_words.h"
#include "probes/base/text.h"
#include "probes/base/visit.h"
#include "remediations/digest.h"

namespace preflight {
namespace {

std::string content_digest(const HostView& host, const std::string& path) {
  const auto content = host.read(path);
  return content ? digest(*content) : content.error().reason;
}

std::string image_digest(const std::optional<FileImage>& image) { return image ? digest(image->content) : "absent"; }

/// Printable, because it stands in a JSON document as a name.
void add(Grounds& grounds, const std::string& name, std::string value) { grounds[printable(name)] = std::move(value); }

std::string shown(const std::optional<bool>& value) {
  if (!value) return "the policy's own";
  return *value ? "on" : "off";
}

void add_selinux(Grounds& grounds, const SelinuxEdit& edit) {
  for (const auto& port : edit.ports) {
    add(grounds, "from:" + edit.store + " " + name_of(port), port.from.value_or("the policy's own"));
  }
  for (const auto& boolean : edit.booleans) {
    const auto now = boolean.running_from ? ", now " + shown(boolean.running_from) : std::string();
    add(grounds, "from:" + edit.store + " " + boolean.name, shown(boolean.kept_from) + now);
  }
}

void add_change(Grounds& grounds, const Change& change) {
  visit(
      change, [&](const SysctlWrite& write) { add(grounds, "from:" + write.key, write.from); },
      [&](const FileWrite& write) { add(grounds, "from:" + write.path, image_digest(write.from)); },
      [&](const DirectoryWrite& write) { add(grounds, "from:" + write.path, write.from ? "there" : "absent"); },
      [](const UnitsReload&) {}, [](const UnitRestart&) {},
      [&](const SelinuxEdit& edit) { add_selinux(grounds, edit); }, [](const SelinuxRepair&) {});
}

}  // namespace

std::string expected_text(const Fail& failure) {
  return failure.detail.expected ? text::words_of(*failure.detail.expected) : std::string();
}

Grounds grounds_of(const HostView& host, const Run& run, const Plan& plan) {
  Grounds grounds;
  add(grounds, "machine-id", std::string(trim(host.read("/etc/machine-id").value_or("not known"))));
  for (const auto& instance : run.facts.instances) {
    if (!instance.config) continue;
    for (const auto& path : instance.config->files) add(grounds, "file:" + path, content_digest(host, path));
  }
  for (const auto& path : run.policy.files) {
    if (path != "built-in") add(grounds, "file:" + path, content_digest(host, path));
  }
  for (const auto& step : plan.steps) add_change(grounds, step.change);
  for (const auto& cure : plan.cures) add(grounds, "finding:" + cure.check + " " + cure.subject, cure.expected);
  return grounds;
}

}  // namespace preflight
